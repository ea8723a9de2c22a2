//! Builds the browser client with npm and vite, compresses it, and writes the table that `src/web.rs` includes.
//!
//! Only with the feature `web`. Refuses to know what the client contains: whatever vite emits is what the node serves.

use std::process::ExitCode;

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "web")]
    if let Err(sentence) = client::embed() {
        println!("cargo::error={}", sentence.replace('\n', " "));
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

#[cfg(feature = "web")]
mod client {
    use sha2::{Digest, Sha256};
    use std::fmt::Write as _;
    use std::fs::{self, File};
    use std::io::Write as _;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    /// A ready-made client, for packagers and for builds on machines without Node.js.
    const READY_MADE: &str = "CORRIDOR_WEB_DIST";
    /// What decides the client. Never `node_modules`: cargo would walk it at every build.
    const SOURCES: &[&str] = &[
        ".npmrc",
        "build",
        "index.html",
        "locales",
        "p",
        "package-lock.json",
        "package.json",
        "public",
        "src",
        "svelte.config.js",
        "tsconfig.json",
        "tsconfig.sw.json",
        "vite.config.ts",
    ];
    /// The oldest Node.js that vite runs on.
    const NODE_OLDEST: (u32, u32) = (20, 19);
    const REMEDY: &str = "install Node.js 20.19 or later with npm, or build with --no-default-features (a node without the \
                          browser client), or point CORRIDOR_WEB_DIST at a client that is built already";
    /// Below this, headers weigh more than what compression saves.
    const COMPRESSED_FROM_BYTES: usize = 512;

    type Built<T> = Result<T, String>;

    pub fn embed() -> Built<()> {
        let output = folder_of("OUT_DIR")?;
        println!("cargo::rerun-if-env-changed={READY_MADE}");
        let client = match std::env::var_os(READY_MADE) {
            Some(ready) => ready_made(Path::new(&ready))?,
            None => build(&folder_of("CARGO_MANIFEST_DIR")?.join("web"), &output.join("web"))?,
        };
        if !client.join("index.html").is_file() {
            return Err(format!(
                "{} holds no index.html, so it is not the browser client",
                client.display()
            ));
        }
        write_table(&client, &output)
    }

    fn folder_of(variable: &str) -> Built<PathBuf> {
        std::env::var_os(variable)
            .map(PathBuf::from)
            .ok_or_else(|| format!("cargo did not set {variable}"))
    }

    fn ready_made(folder: &Path) -> Built<PathBuf> {
        println!("cargo::rerun-if-changed={}", folder.display());
        folder
            .canonicalize()
            .map_err(|error| format!("{READY_MADE} names {}, which cannot be read: {error}", folder.display()))
    }

    fn build(web: &Path, client: &Path) -> Built<PathBuf> {
        for source in SOURCES
            .iter()
            .map(|source| web.join(source))
            .filter(|source| source.exists())
        {
            println!("cargo::rerun-if-changed={}", source.display());
        }
        // clippy, tests and builds may run at once, and share `node_modules`. The lock goes with the file's handle.
        let lock = web.join(".build.lock");
        let lock = File::create(&lock).map_err(|error| format!("{} cannot be written: {error}", lock.display()))?;
        lock.lock()
            .map_err(|error| format!("the browser client's build cannot be locked: {error}"))?;
        check_node()?;
        install(web)?;
        let vite = web.join("node_modules/vite/bin/vite.js");
        let mut command = Command::new("node");
        command
            .arg(vite)
            .args(["build", "--emptyOutDir", "--outDir"])
            .arg(client);
        run(
            command.current_dir(web).env("NODE_ENV", "production"),
            "the browser client was not built by vite",
        )?;
        Ok(client.to_owned())
    }

    fn check_node() -> Built<()> {
        let missing = |error| format!("the browser client needs Node.js, but `node` cannot be run ({error}): {REMEDY}");
        let output = Command::new("node").arg("--version").output().map_err(missing)?;
        let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let mut numbers = version
            .trim_start_matches('v')
            .split('.')
            .map(|number| number.parse::<u32>().unwrap_or(0));
        let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        if found < NODE_OLDEST {
            return Err(format!(
                "Node.js is {version}, which is too old for the browser client: {REMEDY}"
            ));
        }
        Ok(())
    }

    /// Installs what the lock file names, unless this very lock file was installed before.
    fn install(web: &Path) -> Built<()> {
        let stamp = web.join("node_modules/.corridor-stamp");
        let wanted = hash(&read(&web.join("package-lock.json"))?);
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed.trim() == wanted) {
            return Ok(());
        }
        let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
        // With NODE_ENV=production npm would leave out vite itself.
        command
            .args(["ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(web);
        run(
            &mut command,
            "npm did not install what the browser client is built with",
        )?;
        write(&stamp, format!("{wanted}\n").as_bytes())
    }

    /// Runs a program. Its output is kept from cargo, which would read it as instructions, and shown if it fails.
    fn run(command: &mut Command, failed: &str) -> Built<()> {
        let output = command.output().map_err(|error| {
            format!(
                "{failed}: `{}` cannot be run ({error}): {REMEDY}",
                command.get_program().to_string_lossy()
            )
        })?;
        if output.status.success() {
            return Ok(());
        }
        for bytes in [&output.stdout, &output.stderr] {
            eprintln!("{}", String::from_utf8_lossy(bytes));
        }
        Err(format!("{failed} ({}); what it said stands above", output.status))
    }

    fn write_table(client: &Path, output: &Path) -> Built<()> {
        let encoded = output.join("encoded");
        if encoded.exists() {
            fs::remove_dir_all(&encoded)
                .map_err(|error| format!("{} cannot be emptied: {error}", encoded.display()))?;
        }
        fs::create_dir_all(&encoded).map_err(|error| format!("{} cannot be made: {error}", encoded.display()))?;
        let mut files = Vec::new();
        walk(client, "", &mut files)?;
        files.sort();
        let mut table = String::from("&[\n");
        for (number, (path, file)) in files.iter().enumerate() {
            let raw = read(file)?;
            let kind = content_type(path);
            let compressible = raw.len() >= COMPRESSED_FROM_BYTES && is_text(kind);
            let variant = |ending: &str, encode: fn(&[u8]) -> Built<Vec<u8>>| -> Built<String> {
                let smaller = if compressible {
                    Some(encode(&raw)?).filter(|bytes| bytes.len() < raw.len())
                } else {
                    None
                };
                let Some(bytes) = smaller else {
                    return Ok("None".to_owned());
                };
                let file = encoded.join(format!("{number}.{ending}"));
                write(&file, &bytes)?;
                Ok(format!("Some(include_bytes!({:?}))", file.display().to_string()))
            };
            let (brotli, gzip) = (variant("br", brotli)?, variant("gz", gzip)?);
            let digest = &hash(&raw)[..24];
            let source = file.display().to_string();
            writeln!(
                table,
                "    Asset {{ path: {path:?}, content_type: {kind:?}, digest: {digest:?}, raw: include_bytes!({source:?}), \
                 brotli: {brotli}, gzip: {gzip} }},"
            )
            .map_err(|error| error.to_string())?;
        }
        table.push_str("]\n");
        write(&output.join("assets.rs"), table.as_bytes())
    }

    /// Every file below the folder, as the path it is served under.
    fn walk(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> Built<()> {
        let unreadable = |error| format!("{} cannot be read: {error}", folder.display());
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let path = format!("{prefix}/{}", entry.file_name().to_string_lossy());
            if entry.file_type().map_err(unreadable)?.is_dir() {
                walk(&entry.path(), &path, files)?;
            } else {
                files.push((path, entry.path()));
            }
        }
        Ok(())
    }

    fn content_type(path: &str) -> &'static str {
        match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
            "html" => "text/html; charset=utf-8",
            "js" | "mjs" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            "json" | "map" => "application/json",
            "webmanifest" => "application/manifest+json",
            "txt" => "text/plain; charset=utf-8",
            "wasm" => "application/wasm",
            "png" => "image/png",
            "ico" => "image/x-icon",
            "webp" => "image/webp",
            "woff2" => "font/woff2",
            _ => "application/octet-stream",
        }
    }

    fn is_text(kind: &str) -> bool {
        !matches!(kind, "image/png" | "image/webp" | "font/woff2")
    }

    /// The best compression takes its time: only a release is worth it.
    fn brotli(raw: &[u8]) -> Built<Vec<u8>> {
        let quality = if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
            11
        } else {
            5
        };
        let mut encoded = Vec::new();
        let mut writer = brotli::CompressorWriter::new(&mut encoded, 4096, quality, 22);
        writer
            .write_all(raw)
            .map_err(|error| format!("brotli failed: {error}"))?;
        drop(writer); // Writes the end.
        Ok(encoded)
    }

    fn gzip(raw: &[u8]) -> Built<Vec<u8>> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        writer
            .write_all(raw)
            .and_then(|()| writer.finish())
            .map_err(|error| format!("gzip failed: {error}"))
    }

    fn hash(bytes: &[u8]) -> String {
        Sha256::digest(bytes)
            .iter()
            .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    }

    fn read(file: &Path) -> Built<Vec<u8>> {
        fs::read(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))
    }

    fn write(file: &Path, bytes: &[u8]) -> Built<()> {
        fs::write(file, bytes).map_err(|error| format!("{} cannot be written: {error}", file.display()))
    }
}
