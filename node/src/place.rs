//! What `init` and `join` put on a machine that has nothing yet: a configuration, a data folder, a certificate for clients.
//!
//! Overwrites nothing, and takes back what it made if the end is not reached. Refuses to know what the node will be.

use crate::cli::{PlaceArguments, Stop};
use crate::config::{self, ClusterSettings, Settings};
use crate::membership::address;
use corridor_api::serve::{self, TlsFiles};
use corridor_storage::world::World;
use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What browsers accept at most of a certificate that somebody trusts by hand.
const CERTIFICATE_LIFETIME: Duration = Duration::from_secs(825 * 24 * 60 * 60);

/// What is to be made.
pub struct Plan {
    /// The configuration.
    pub file: PathBuf,
    /// What will stand in it.
    pub settings: Settings,
    /// The names of the certificate that is made; none if there is nothing to make.
    pub host_names: Vec<String>,
    /// Where people will find the node: `HOST:PORT`.
    pub reached_as: String,
}

impl Plan {
    /// From what was said. `cluster` makes the settings of the cluster, if there are to be any.
    pub fn new(
        arguments: &PlaceArguments,
        cluster: impl FnOnce(&PlaceArguments) -> Result<Option<ClusterSettings>, Stop>,
    ) -> Result<Self, Stop> {
        let file = absolute(&arguments.config)?;
        let mut settings = settings(arguments, cluster(arguments)?)?;
        let host_names = if needs_certificate(arguments, &settings) {
            host_names(arguments)?
        } else {
            Vec::new()
        };
        let reached_as = arguments.host_names.first().map_or_else(
            || settings.listen.to_string(),
            |name| address::with_port(name, settings.listen.port()),
        );
        if let Some(cluster) = &mut settings.cluster {
            cluster.client_url = Some(url(settings.tls.as_ref(), &reached_as));
        }
        Ok(Self {
            file,
            settings,
            host_names,
            reached_as,
        })
    }

    /// Where people will find the node, as a URL.
    pub fn url(&self) -> String {
        url(self.settings.tls.as_ref(), &self.reached_as)
    }

    /// Where the other nodes will find it; empty for a node alone.
    pub fn peer_address(&self) -> &str {
        let cluster = self.settings.cluster.as_ref();
        cluster.map_or("", |cluster| cluster.address.as_str())
    }

    /// A refusal if it is not an empty place. `command` is who asks.
    pub fn check_nothing_is_there(&self, command: &str) -> Result<(), Stop> {
        check_nothing_is_there(&self.file, &self.settings.data, command)
    }

    /// Makes the data folder and, where one is needed, the certificate; and looks whether a given one can be used.
    pub fn make_folder(&self, made: &mut Made, world: &dyn World) -> Result<(), Stop> {
        made.folder(&self.settings.data)?;
        let Some(tls) = &self.settings.tls else {
            return Ok(());
        };
        if !self.host_names.is_empty() {
            write_certificate(tls, &self.host_names, world.now_ms())?;
        }
        serve::tls_config(tls)
            .map(drop)
            .map_err(|error| Stop::WrongUse(error.to_string()))
    }

    /// Writes the configuration.
    pub fn write_configuration(&self, made: &mut Made) -> Result<(), Stop> {
        write_new(&self.file, config::commented(&self.settings).as_bytes(), 0o644)?;
        made.file = Some(self.file.clone());
        Ok(())
    }

    /// Writes the configuration beside its place. [`Plan::unveil_configuration`] puts it there: nobody starts what is half made.
    pub fn write_veiled_configuration(&self, made: &mut Made) -> Result<(), Stop> {
        let veiled = self.veiled();
        write_new(&veiled, config::commented(&self.settings).as_bytes(), 0o644)?;
        made.file = Some(veiled);
        Ok(())
    }

    /// The last step.
    pub fn unveil_configuration(&self) -> Result<(), Stop> {
        let folder = self.file.parent().unwrap_or(Path::new("/"));
        let renamed = fs::rename(self.veiled(), &self.file).and_then(|()| File::open(folder)?.sync_all());
        renamed.map_err(|error| Stop::Failed(format!("{} cannot be written: {error}", self.file.display())))
    }

    fn veiled(&self) -> PathBuf {
        let mut name = self.file.clone().into_os_string();
        name.push(".unfinished");
        name.into()
    }

    /// A line for each place, as the last words of a command list them.
    pub fn places(&self) -> String {
        let mut text = format!(
            "  configuration  {}\n  data folder    {}\n",
            self.file.display(),
            self.settings.data.display()
        );
        if let Some(tls) = &self.settings.tls {
            let note = if self.host_names.is_empty() {
                ""
            } else {
                "  (self-signed: devices must be told to trust it)"
            };
            text.push_str(&format!("  certificate    {}{note}\n", tls.certificate.display()));
        }
        text
    }

    /// What must not be lost, and not be seen.
    pub fn to_keep_safe(&self) -> String {
        let data = &self.settings.data;
        let mut text = format!(
            "Keep safe, with a copy away from this machine, where nobody else can read it:\n  {}  without it nobody can read what \
             the node keeps, not even you\n  {}  the cluster's own certificate authority, sealed with node.key: whoever has \
             both can pose as every node\n",
            data.join("node.key").display(),
            data.join("cluster").display(),
        );
        if let Some(tls) = &self.settings.tls {
            text.push_str(&format!(
                "  {}  whoever has it can pose as this node\n",
                tls.key.display()
            ));
        }
        text
    }
}

fn url(tls: Option<&TlsFiles>, reached_as: &str) -> String {
    let scheme = if tls.is_some() { "https" } else { "http" };
    format!("{scheme}://{reached_as}")
}

fn settings(arguments: &PlaceArguments, cluster: Option<ClusterSettings>) -> Result<Settings, Stop> {
    let data = absolute(&arguments.data)?;
    let given = arguments.certificate.as_ref().zip(arguments.key.as_ref());
    let mut settings = Settings::new(data, arguments.listen, arguments.operations);
    settings.cluster = cluster;
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
    settings.check().map_err(|(key, reason)| {
        let flag = match key {
            "cluster.listen" => "peer-listen",
            "cluster.address" => "peer-address",
            key => key,
        };
        Stop::WrongUse(format!("--{flag}: {reason}"))
    })?;
    Ok(settings)
}

fn needs_certificate(arguments: &PlaceArguments, settings: &Settings) -> bool {
    arguments.certificate.is_none() && serve::check_reach(settings.listen, None).is_err()
}

/// The names that a made certificate is for.
fn host_names(arguments: &PlaceArguments) -> Result<Vec<String>, Stop> {
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

fn check_nothing_is_there(file: &Path, data: &Path, command: &str) -> Result<(), Stop> {
    let is_there =
        |path: &Path, what: &str| Stop::Failed(format!("{} {what}; {command} overwrites nothing", path.display()));
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
pub struct Made {
    folder: Option<PathBuf>,
    file: Option<PathBuf>,
    /// The folder was there, and empty: what is in it is ours, the folder is not.
    is_folder_kept: bool,
}

impl Made {
    fn folder(&mut self, data: &Path) -> Result<(), Stop> {
        let failed =
            |error: io::Error| Stop::Failed(format!("the data folder {} cannot be made: {error}", data.display()));
        if let Some(above) = data.parent() {
            fs::create_dir_all(above).map_err(failed)?;
        }
        match DirBuilder::new().mode(0o700).create(data) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.is_folder_kept = true,
            Err(error) => return Err(failed(error)),
        }
        self.folder = Some(data.to_owned());
        Ok(())
    }

    /// Only what this very run made. What cannot be taken back is found, and named, by the next try.
    pub fn take_back(self) {
        if let Some(file) = self.file {
            let _ = fs::remove_file(file);
        }
        match self.folder {
            Some(folder) if self.is_folder_kept => empty(&folder),
            Some(folder) => {
                let _ = fs::remove_dir_all(folder);
            }
            None => {}
        }
    }
}

fn empty(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        let _ = if path.is_dir() {
            fs::remove_dir_all(path)
        } else {
            fs::remove_file(path)
        };
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

#[cfg(test)]
mod tests {
    use super::{Made, check_nothing_is_there, write_certificate, write_new};
    use corridor_api::serve::{self, TlsFiles};
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

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
        let check = |file: &Path, data: &Path| check_nothing_is_there(file, data, "init");
        assert!(check(&file, &data).is_ok());
        fs::create_dir(&data).unwrap();
        assert!(check(&file, &data).is_ok());
        write_new(&data.join("node.key"), b"", 0o600).unwrap();
        assert!(check(&file, &data).is_err());
        assert!(check(&file, &folder.path().join("other")).is_ok());
        std::os::unix::fs::symlink("/nowhere", &file).unwrap();
        assert!(check(&file, &folder.path().join("other")).is_err());
    }

    #[test]
    fn what_was_made_is_taken_back_and_a_folder_that_was_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        for was_there in [false, true] {
            let data = folder.path().join("above/data");
            if was_there {
                fs::create_dir(&data).unwrap();
            }
            let mut made = Made::default();
            made.folder(&data).unwrap();
            fs::create_dir(data.join("tls")).unwrap();
            write_new(&data.join("tls/key.pem"), b"x", 0o600).unwrap();
            write_new(&data.join("node.key"), b"x", 0o600).unwrap();
            made.take_back();
            assert_eq!(data.exists(), was_there);
        }
        assert_eq!(fs::read_dir(folder.path().join("above/data")).unwrap().count(), 0);
    }
}
