//! Tests of the control socket: lines, limits and rights, over a real socket with made-up answers.

use super::{AskError, ClusterDeed, FILE_NAME, LINE_SIZE_BYTES_MAX, Reply, Request, ask, counter::answer_at, open};
use crate::membership::desk::tests::desk;
use corridor_protocol::AddPerson;
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

async fn echo(request: Request) -> Reply {
    match request {
        Request::Status => Reply::Done(json!({ "revision": 7 })),
        Request::PersonAdd { login, person, .. } => Reply::Done(json!({ "by": login, "name": person.name })),
        Request::Workspace(_) | Request::Selftest { .. } => Reply::refused("not_found", "There is none."),
        Request::Cluster(deed) => answer_at(&desk(), deed).await.map_or_else(Reply::from, Reply::Done),
    }
}

async fn say(data: &Path, bytes: &[u8]) -> String {
    let mut stream = UnixStream::connect(data.join(FILE_NAME)).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = String::new();
    // What was not read makes the system cut the connection after the answer.
    let _ = stream.read_to_string(&mut answer).await;
    answer
}

#[tokio::test]
async fn a_question_gets_its_answer_and_only_the_owner_may_ask() {
    let folder = tempfile::tempdir().unwrap();
    let control = open(folder.path(), echo).unwrap();
    let mode = fs::metadata(folder.path().join(FILE_NAME))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(
        ask(folder.path(), &Request::Status).await.unwrap(),
        Reply::Done(json!({ "revision": 7 }))
    );
    let person = AddPerson {
        kind: "staff".into(),
        name: "Jamie Ortiz".into(),
        ..AddPerson::default()
    };
    let request = Request::PersonAdd {
        workspace: "main".into(),
        login: "raman".into(),
        password: "p".into(),
        person: Box::new(person),
    };
    let expected = Reply::Done(json!({ "by": "raman", "name": "Jamie Ortiz" }));
    assert_eq!(ask(folder.path(), &request).await.unwrap(), expected);
    drop(control);
    assert!(matches!(
        ask(folder.path(), &Request::Status).await,
        Err(AskError::NotRunning { .. })
    ));
}

#[tokio::test]
async fn lines_are_limited_and_never_quoted() {
    let folder = tempfile::tempdir().unwrap();
    let _control = open(folder.path(), echo).unwrap();
    let nonsense = say(folder.path(), b"{\"operation\":\"dance\",\"password\":\"secret\"}\n").await;
    assert!(
        nonsense.contains("\"invalid\"") && !nonsense.contains("secret"),
        "{nonsense}"
    );
    let long = vec![b'x'; usize::try_from(LINE_SIZE_BYTES_MAX).unwrap()];
    assert!(say(folder.path(), &long).await.contains("too_large"));
}

#[tokio::test]
async fn one_connection_is_one_request() {
    let folder = tempfile::tempdir().unwrap();
    let _control = open(folder.path(), echo).unwrap();
    let line = b"{\"operation\":\"status\"}\n";
    let answer = say(folder.path(), &[&line[..], &line[..]].concat()).await;
    assert_eq!(answer.lines().count(), 1, "{answer}");
}

#[tokio::test]
async fn a_socket_left_behind_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    drop(std::os::unix::net::UnixListener::bind(folder.path().join(FILE_NAME)).unwrap());
    assert!(matches!(
        ask(folder.path(), &Request::Status).await,
        Err(AskError::NotRunning { .. })
    ));
    let _control = open(folder.path(), echo).unwrap();
    assert!(ask(folder.path(), &Request::Status).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn who_says_nothing_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    let _control = open(folder.path(), echo).unwrap();
    assert_eq!(say(folder.path(), b"{").await, "");
}

#[tokio::test]
async fn the_cluster_is_asked_by_the_same_socket() {
    let folder = tempfile::tempdir().unwrap();
    let _control = open(folder.path(), echo).unwrap();
    let asked = async |deed| ask(folder.path(), &Request::Cluster(deed)).await.unwrap();
    let invited = asked(ClusterDeed::Invite { valid_minutes: 60 }).await;
    let Reply::Done(invited) = invited else {
        panic!("{invited:?}");
    };
    let command = invited["command"].as_str().unwrap();
    assert!(
        command.starts_with("corridor join https://one:7443 --token "),
        "{command}"
    );
    assert_eq!(invited["valid_minutes"], 60);
    let status = json!({ "cluster": "0".repeat(32), "nodes": [] });
    assert_eq!(asked(ClusterDeed::Status).await, Reply::Done(status));
    let removed = Reply::Done(json!({ "removed": 9 }));
    assert_eq!(asked(ClusterDeed::Remove { node: 9 }).await, removed);
    let unknown = Reply::refused("not_found", "There is no node 8.");
    assert_eq!(asked(ClusterDeed::Remove { node: 8 }).await, unknown);
    let line = b"{\"operation\":\"cluster\",\"deed\":\"remove\",\"node\":9}\n";
    assert!(say(folder.path(), line).await.contains("\"removed\":9"));
}
