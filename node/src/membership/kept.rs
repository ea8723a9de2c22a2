//! Papers, invitations and the words of joining, in bytes of release 0.1: written as then, and read as what they were.
//!
//! A new message, or a new refusal, stops this from compiling until it has bytes of its own.

use super::messages::{JoinAnswer, JoinRequest, PeerAddress, RefusalCode, Welcome};
use super::standing::{FOLDER, Standing};
use super::token::Token;
use crate::fixtures::{is_wanted, path, same_case, unpack};
use corridor_storage::sealing::StorageKey;
use corridor_storage::world::TestWorld;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use zeroize::Zeroizing;

const JOINING: &str = "0.1/joining-1.txt";
const PAPERS: &str = "0.1/papers";
const NOW_MS: u64 = 1_795_000_000_000;

#[test]
fn what_is_said_on_joining() {
    let request = JoinRequest {
        token_id: [1; 8],
        secret: [2; 16],
        public_key: vec![3; 91],
        peer_address: "two.example:7443".to_owned(),
        client_url: "https://two.example:8443".to_owned(),
        program: "0.1.0".to_owned(),
    };
    let bytes = same_case(JOINING, "request", &request.encode().unwrap());
    assert!(JoinRequest::decode(&bytes).unwrap() == request);

    let welcome = JoinAnswer::Welcome(Box::new(Welcome {
        cluster: [4; 16],
        node: 300,
        authority: vec![5; 3],
        authority_key: vec![6; 3],
        certificate: vec![7; 3],
        workspace_key: [8; 32],
        peers: vec![PeerAddress {
            node: 1,
            address: "one.example:7443".to_owned(),
        }],
    }));
    let refusals = RefusalCode::ALL.map(|code| JoinAnswer::Refused {
        code,
        detail: "Not now.".to_owned(),
    });
    for answer in std::iter::once(welcome).chain(refusals) {
        let case = match &answer {
            JoinAnswer::Welcome(_) => "welcome",
            JoinAnswer::Refused { code, .. } => match code {
                RefusalCode::Format => "refused, format",
                RefusalCode::Invalid => "refused, invalid",
                RefusalCode::Invitation => "refused, invitation",
                RefusalCode::NotAdmitted => "refused, not admitted",
                RefusalCode::InDoubt => "refused, in doubt",
            },
        };
        let bytes = same_case(JOINING, case, &answer.encode().unwrap());
        assert!(
            JoinAnswer::decode(&bytes).unwrap() == answer,
            "{case} is read differently"
        );
    }
    let token = Token {
        id: [1; 8],
        secret: Zeroizing::new([2; 16]),
        authority: [9; 32],
    };
    let text = same_case(JOINING, "invitation, as text", token.to_text().as_bytes());
    assert!(Token::parse(std::str::from_utf8(&text).unwrap()).unwrap() == token);
}

/// A node's folder: who it is, its certificate and keys, and the authority's.
#[test]
fn papers_of_then_are_taken_up() {
    let seal = StorageKey::from_bytes([3; 32]);
    if is_wanted(PAPERS) {
        let data = path(PAPERS);
        fs::create_dir_all(&data).unwrap();
        Standing::open_or_create(&data, &seal, Some("one.example:7443"), &TestWorld::new(NOW_MS, 9)).unwrap();
    }
    let data = tempfile::tempdir().unwrap();
    unpack(PAPERS, data.path());
    for name in ["authority.key", "node.key"] {
        // Who keeps the fixture does not keep whom it is for.
        let owner_only = Permissions::from_mode(0o600);
        fs::set_permissions(data.path().join(FOLDER).join(name), owner_only).unwrap();
    }
    let mut standing = Standing::open(data.path(), &seal).unwrap().unwrap();
    assert_eq!((standing.node, standing.is_founder), (1, true));
    assert_eq!(standing.renewal_due_ms(), NOW_MS + 60 * 86_400_000);
    let later = TestWorld::new(standing.renewal_due_ms(), 10);
    assert!(standing.renew_if_due(&later).unwrap(), "the authority's key is at hand");
    let again = Standing::open(data.path(), &seal).unwrap().unwrap();
    assert_eq!(again.identity().certificate, standing.identity().certificate);
}
