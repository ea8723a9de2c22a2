//! Tests of the configuration: what is read, and the sentence for everything that is not.

use super::{ClusterSettings, Configuration, LogFormat, Settings, commented};
use corridor_api::serve::TlsFiles;
use std::path::Path;

const LEAST: &str = "data = \"kept\"\nlisten = \"127.0.0.1:8080\"\noperations = \"127.0.0.1:9090\"\n";

fn parse(text: &str) -> Result<Configuration, String> {
    let parsed = Configuration::parse(text, Path::new("corridor.toml"), Path::new("/etc/corridor"));
    parsed.map_err(|error| error.to_string())
}

#[test]
fn the_least_is_enough_and_paths_are_relative_to_the_file() {
    let found = parse(LEAST).unwrap();
    let (listen, operations) = ("127.0.0.1:8080".parse().unwrap(), "127.0.0.1:9090".parse().unwrap());
    assert_eq!(
        found.settings,
        Settings::new("/etc/corridor/kept".into(), listen, operations)
    );
    assert_eq!(found.log_format, LogFormat::Plain);
}

#[test]
fn what_is_written_is_read_back() {
    let mut settings = Settings::new(
        "/srv/it's \"here\"".into(),
        "[::]:443".parse().unwrap(),
        "[::1]:1".parse().unwrap(),
    );
    settings.tls = Some(TlsFiles {
        certificate: "/a/b.pem".into(),
        key: "/a/c.pem".into(),
    });
    assert_eq!(parse(&commented(&settings)).unwrap().settings, settings);
    settings = Settings {
        tls: None,
        listen: "127.0.0.1:80".parse().unwrap(),
        cluster: Some(ClusterSettings::new(
            "[::]:7443".parse().unwrap(),
            "one.clinic.example:7443".to_owned(),
        )),
        ..settings
    };
    assert_eq!(parse(&commented(&settings)).unwrap().settings, settings);
}

#[test]
fn every_wrong_use_names_the_file_and_the_key() {
    let with = |text: &str| parse(&format!("{LEAST}{text}")).unwrap_err();
    for (sentence, expected) in [
        (
            with("colour = \"red\"\n"),
            "corridor.toml, line 4: unknown field `colour`",
        ),
        (
            with("[limits]\nsends_per_minute = 1\n"),
            "corridor.toml, line 5: unknown field `sends_per_minute`",
        ),
        (
            with("[limits]\nsends_burst = \"many\"\n"),
            "corridor.toml, line 5: sends_burst: invalid type",
        ),
        (
            with("[limits]\nsends_burst = 0\n"),
            "corridor.toml: limits.sends_burst: 0 is not between 1 and 1000000",
        ),
        (
            with("[log]\nformat = \"xml\"\n"),
            "corridor.toml, line 5: format: unknown variant `xml`",
        ),
        (
            with("[tls]\ncertificate = \"a\"\n"),
            "corridor.toml, line 4: missing field `key`",
        ),
        (
            with("[cluster]\nlisten = \"0.0.0.0:7443\"\n"),
            "corridor.toml, line 4: missing field `address`",
        ),
        (
            with("[cluster]\nlisten = \"0.0.0.0:7443\"\naddress = \"0.0.0.0:7443\"\n"),
            "corridor.toml: cluster.address: '0.0.0.0:7443' means every address",
        ),
        (
            with("[cluster]\nlisten = \"127.0.0.1:9090\"\naddress = \"one:7443\"\n"),
            "corridor.toml: cluster.listen: 127.0.0.1:9090 is where operators look already",
        ),
        (
            parse("data = \"kept\"\n").unwrap_err(),
            "corridor.toml: missing field `listen`",
        ),
        (
            parse(&LEAST.replace("kept", "")).unwrap_err(),
            "corridor.toml: data: name the folder",
        ),
        (
            parse(&LEAST.replace("127.0.0.1:8080", "here")).unwrap_err(),
            "corridor.toml, line 2: listen: invalid socket address",
        ),
        (
            parse(&LEAST.replace("127.0.0.1:8080", "0.0.0.0:80")).unwrap_err(),
            "corridor.toml: listen: 0.0.0.0:80 can be reached",
        ),
        (
            parse(&LEAST.replace("127.0.0.1:9090", "0.0.0.0:90")).unwrap_err(),
            "corridor.toml: operations: 0.0.0.0:90 can be",
        ),
        (
            parse(&LEAST.replace("9090", "8080")).unwrap_err(),
            "corridor.toml: operations: 127.0.0.1:8080 is where",
        ),
        (parse("data = \n").unwrap_err(), "corridor.toml, line 1: "),
    ] {
        assert!(sentence.starts_with(expected), "{sentence}\n{expected}");
        assert!(!sentence.contains('\n'), "{sentence}");
    }
}

#[test]
fn a_missing_file_says_how_to_make_one() {
    let error = Configuration::read(Path::new("/nowhere/corridor.toml"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("there is no configuration at /nowhere/corridor.toml; `corridor init`"),
        "{error}"
    );
}
