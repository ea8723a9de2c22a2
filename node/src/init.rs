//! `corridor init`: a configuration, a data folder, a certificate where one is needed, and a clinic with its first administrator.
//!
//! Overwrites nothing, and takes back what it made if it does not come to the end. Refuses to know how a workspace is founded.

use crate::cli::{InitArguments, Stop, say};
use crate::config::{self, Settings};
use crate::passwords;
use crate::start;
use corridor_api::serve::{self, TlsFiles};
use corridor_domain::limits;
use corridor_protocol::AddPerson;
use corridor_storage::world::World;
use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use std::fmt::Write as _;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What browsers accept at most of a certificate that somebody trusts by hand.
const CERTIFICATE_LIFETIME: Duration = Duration::from_secs(825 * 24 * 60 * 60);

/// Founds a clinic and says what to do next.
pub async fn run(arguments: InitArguments, world: &dyn World) -> Result<(), Stop> {
    let file = absolute(&arguments.config)?;
    let settings = settings(&arguments)?;
    let made_tls = needs_certificate(&arguments, &settings);
    let host_names = if made_tls { host_names(&arguments)? } else { Vec::new() };
    check_nothing_is_there(&file, &settings.data)?;

    let name = passwords::argument(arguments.name, "--name", "Name of the clinic")?;
    let person = passwords::argument(
        arguments.administrator_name,
        "--administrator-name",
        "Full name of the first administrator",
    )?;
    let login = passwords::argument(
        arguments.administrator_login,
        "--administrator-login",
        "Sign-in name of the first administrator",
    )?;
    let password = passwords::password(&person, passwords::ADMINISTRATOR, arguments.password_stdin, true)?;
    if password.chars().count() < limits::PASSWORD_CHARACTERS_MIN {
        let least = limits::PASSWORD_CHARACTERS_MIN;
        return Err(Stop::WrongUse(format!(
            "a password has at least {least} characters; a few unrelated words are easy to keep in mind"
        )));
    }
    let administrator = AddPerson {
        kind: "staff".to_owned(),
        name: person,
        login: login.clone(),
        password,
        roles: vec!["administrator".to_owned()],
        ..AddPerson::default()
    };

    let mut made = Made::default();
    let founded = found(&mut made, &file, &settings, &host_names, world, &name, &administrator).await;
    if let Err(stop) = founded {
        made.take_back();
        return Err(stop);
    }
    let reached_as = arguments.host_names.first().map_or_else(
        || settings.listen.to_string(),
        |name| {
            // An IPv6 address in brackets, as in every address of a page.
            let host = if name.contains(':') {
                format!("[{name}]")
            } else {
                name.clone()
            };
            format!("{host}:{}", settings.listen.port())
        },
    );
    say(&farewell(&name, &login, &file, &settings, made_tls, &reached_as))
}

async fn found(
    made: &mut Made,
    file: &Path,
    settings: &Settings,
    host_names: &[String],
    world: &dyn World,
    name: &str,
    administrator: &AddPerson,
) -> Result<(), Stop> {
    made.folder(&settings.data)?;
    if let Some(tls) = settings.tls.as_ref().filter(|_| !host_names.is_empty()) {
        write_certificate(tls, host_names, world.now_ms())?;
    }
    if let Some(tls) = &settings.tls {
        serve::tls_config(tls).map_err(|error| Stop::WrongUse(error.to_string()))?;
    }
    // Before founding: a clinic without a configuration would be worse than a configuration without a clinic.
    write_new(file, config::commented(settings).as_bytes(), 0o644)?;
    made.file = Some(file.to_owned());
    start::found(settings, name, administrator)
        .await
        .map_err(|error| Stop::Failed(error.to_string()))
}

fn settings(arguments: &InitArguments) -> Result<Settings, Stop> {
    let data = absolute(&arguments.data)?;
    let given = arguments.certificate.as_ref().zip(arguments.key.as_ref());
    let mut settings = Settings::new(data, arguments.listen, arguments.operations);
    settings.tls = match given {
        Some((certificate, key)) => Some(TlsFiles {
            certificate: absolute(certificate)?,
            key: absolute(key)?,
        }),
        None if needs_certificate(arguments, &settings) => {
            let folder = settings.data.join("tls");
            Some(TlsFiles {
                certificate: folder.join("certificate.pem"),
                key: folder.join("key.pem"),
            })
        }
        None => None,
    };
    settings
        .check()
        .map_err(|(key, reason)| Stop::WrongUse(format!("--{key}: {reason}")))?;
    Ok(settings)
}

fn needs_certificate(arguments: &InitArguments, settings: &Settings) -> bool {
    arguments.certificate.is_none() && serve::check_reach(settings.listen, None).is_err()
}

/// The names that a made certificate is for.
fn host_names(arguments: &InitArguments) -> Result<Vec<String>, Stop> {
    let mut names = arguments.host_names.clone();
    let address = arguments.listen.ip();
    if !address.is_unspecified() {
        names.push(address.to_canonical().to_string());
    }
    if names.is_empty() {
        let sentence = format!(
            "under which name will people reach {}? Say it with --host-name, for the certificate, or give a certificate of yours \
             with --certificate and --key",
            arguments.listen
        );
        return Err(Stop::WrongUse(sentence));
    }
    names.push("localhost".to_owned());
    names.sort();
    names.dedup();
    Ok(names)
}

fn check_nothing_is_there(file: &Path, data: &Path) -> Result<(), Stop> {
    let is_there =
        |path: &Path, what: &str| Stop::Failed(format!("{} {what}; init overwrites nothing", path.display()));
    if fs::symlink_metadata(file).is_ok() {
        return Err(is_there(file, "exists already"));
    }
    match fs::read_dir(data) {
        Ok(mut entries) => match entries.next() {
            Some(_) => Err(is_there(data, "is not empty")),
            None => Ok(()),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Stop::Failed(format!(
            "{} cannot be looked into: {error}",
            data.display()
        ))),
    }
}

/// What there was not before, to be taken back if the end is not reached.
#[derive(Default)]
struct Made {
    folder: Option<PathBuf>,
    file: Option<PathBuf>,
}

impl Made {
    fn folder(&mut self, data: &Path) -> Result<(), Stop> {
        let failed =
            |error: io::Error| Stop::Failed(format!("the data folder {} cannot be made: {error}", data.display()));
        if let Some(above) = data.parent() {
            fs::create_dir_all(above).map_err(failed)?;
        }
        match DirBuilder::new().mode(0o700).create(data) {
            Ok(()) => self.folder = Some(data.to_owned()),
            // It was there and empty; it is not ours to take back.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(error)),
        }
        Ok(())
    }

    /// Only what this very run made. What cannot be taken back is found, and named, by the next try.
    fn take_back(self) {
        if let Some(file) = self.file {
            let _ = fs::remove_file(file);
        }
        if let Some(folder) = self.folder {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// A certificate that vouches for itself: good for trying, and for a network where every device is told to trust it.
fn write_certificate(tls: &TlsFiles, host_names: &[String], now_ms: u64) -> Result<(), Stop> {
    let failed = |error: rcgen::Error| {
        Stop::WrongUse(format!(
            "no certificate can be made for {}: {error}",
            host_names.join(", ")
        ))
    };
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(failed)?;
    let mut parameters = CertificateParams::new(host_names).map_err(failed)?;
    parameters.not_before = rcgen::date_time_ymd(1970, 1, 1) + Duration::from_millis(now_ms);
    parameters.not_after = parameters.not_before + CERTIFICATE_LIFETIME;
    parameters.distinguished_name.remove(DnType::CommonName);
    parameters
        .distinguished_name
        .push(DnType::CommonName, "Corridor, self-signed");
    parameters.is_ca = IsCa::ExplicitNoCa;
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = parameters.self_signed(&key).map_err(failed)?;
    if let Some(folder) = tls.key.parent() {
        let made = DirBuilder::new().mode(0o700).recursive(true).create(folder);
        made.map_err(|error| Stop::Failed(format!("{} cannot be made: {error}", folder.display())))?;
    }
    write_new(&tls.key, key.serialize_pem().as_bytes(), 0o600)?;
    write_new(&tls.certificate, certificate.pem().as_bytes(), 0o644)
}

/// Writes a file that was not there, readable by whom `mode` says from its first moment on.
fn write_new(file: &Path, bytes: &[u8], mode: u32) -> Result<(), Stop> {
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(file)
        .and_then(|mut open| {
            open.write_all(bytes)?;
            open.sync_all()
        });
    written.map_err(|error| Stop::Failed(format!("{} cannot be written: {error}", file.display())))
}

fn absolute(path: &Path) -> Result<PathBuf, Stop> {
    std::path::absolute(path).map_err(|error| Stop::WrongUse(format!("'{}' is not a path: {error}", path.display())))
}

fn farewell(name: &str, login: &str, file: &Path, settings: &Settings, made_tls: bool, reached_as: &str) -> String {
    let data = &settings.data;
    let scheme = if settings.tls.is_some() { "https" } else { "http" };
    let mut text = format!(
        "{name} is founded.\n\n  configuration  {}\n  data folder    {}\n",
        file.display(),
        data.display()
    );
    if let Some(tls) = &settings.tls {
        let note = if made_tls {
            "  (self-signed: devices must be told to trust it)"
        } else {
            ""
        };
        // Writing to a string does not fail.
        let _ = writeln!(text, "  certificate    {}{note}", tls.certificate.display());
    }
    let _ = write!(
        text,
        "\nKeep safe, with a copy away from this machine, where nobody else can read it:\n  {}  without it nobody can read what \
         the node keeps, not even you\n",
        data.join("node.key").display()
    );
    if let Some(tls) = &settings.tls {
        let _ = writeln!(text, "  {}  whoever has it can pose as this node", tls.key.display());
    }
    let _ = write!(
        text,
        "\nNext:\n  corridor start --config {config}\nthen open {scheme}://{reached_as} and sign in as {login}. To add people:\n  \
         corridor person add --config {config} --as {login} --kind staff --name \"Jamie Ortiz\" --role nurse --login jamie\n",
        config = file.display(),
    );
    text
}

#[cfg(test)]
mod tests {
    use super::{check_nothing_is_there, write_certificate, write_new};
    use corridor_api::serve::{self, TlsFiles};
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_made_certificate_serves_and_its_key_is_the_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("tls");
        let tls = TlsFiles {
            certificate: inner.join("certificate.pem"),
            key: inner.join("key.pem"),
        };
        let names = ["clinic.example".to_owned(), "192.0.2.7".to_owned()];
        write_certificate(&tls, &names, 1_795_000_000_000).unwrap();
        serve::tls_config(&tls).unwrap();
        let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&tls.key), mode(&inner)), (0o600, 0o700));
        assert!(write_certificate(&tls, &names, 0).is_err(), "overwritten");
    }

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let (file, data) = (folder.path().join("corridor.toml"), folder.path().join("data"));
        assert!(check_nothing_is_there(&file, &data).is_ok());
        fs::create_dir(&data).unwrap();
        assert!(check_nothing_is_there(&file, &data).is_ok());
        write_new(&data.join("node.key"), b"", 0o600).unwrap();
        assert!(check_nothing_is_there(&file, &data).is_err());
        assert!(check_nothing_is_there(&file, &folder.path().join("other")).is_ok());
        std::os::unix::fs::symlink("/nowhere", &file).unwrap();
        assert!(check_nothing_is_there(&file, &folder.path().join("other")).is_err());
    }
}
