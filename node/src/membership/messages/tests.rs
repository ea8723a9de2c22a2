//! Tests of the messages of joining: their bytes stay, and nothing else is taken for one.

use super::{FORMAT, JoinAnswer, JoinRequest, MessageError, PeerAddress, RefusalCode, Welcome};
use corridor_domain::limits;
use rcgen::{KeyPair, PublicKeyData};

fn request() -> JoinRequest {
    JoinRequest {
        token_id: [1; 8],
        secret: [2; 16],
        public_key: vec![3, 3],
        peer_address: "two:7443".to_owned(),
        client_url: "https://two:8443".to_owned(),
        program: "0.1.0".to_owned(),
    }
}

fn welcome() -> JoinAnswer {
    JoinAnswer::Welcome(Box::new(Welcome {
        cluster: [1; 16],
        node: 300,
        authority: vec![2, 2],
        authority_key: vec![3],
        certificate: vec![4, 4, 4],
        workspace_key: [5; 32],
        peers: vec![PeerAddress {
            node: 1,
            address: "one:7443".to_owned(),
        }],
    }))
}

#[test]
fn the_bytes_of_a_request_stay() {
    let expected = [
        &[1][..],
        &[1; 8],
        &[2; 16],
        &[2, 3, 3],
        b"\x08two:7443",
        b"\x10https://two:8443",
        b"\x050.1.0",
    ]
    .concat();
    assert_eq!(request().encode().unwrap(), expected);
    assert!(JoinRequest::decode(&expected).is_ok_and(|read| read == request()));
}

#[test]
fn the_bytes_of_an_answer_stay() {
    let expected = [
        &[1, 0][..],
        &[1; 16],
        &[0xac, 0x02],
        &[2, 2, 2],
        &[1, 3],
        &[3, 4, 4, 4],
        &[5; 32],
        b"\x01\x01\x08one:7443",
    ]
    .concat();
    assert_eq!(welcome().encode().unwrap(), expected);
    assert!(JoinAnswer::decode(&expected).is_ok_and(|read| read == welcome()));
    for (number, code) in (0..).zip(RefusalCode::ALL) {
        let refused = JoinAnswer::Refused {
            code,
            detail: "No.".to_owned(),
        };
        assert_eq!(refused.encode().unwrap(), [&[1, 1, number][..], b"\x03No."].concat());
    }
}

#[test]
fn what_is_cut_longer_or_of_another_format_is_no_message() {
    let bytes = welcome().encode().unwrap();
    for length in 0..bytes.len() {
        let cut = JoinAnswer::decode(&bytes[..length]);
        assert_eq!(cut.err(), Some(MessageError::Damaged), "cut at {length}");
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert_eq!(JoinAnswer::decode(&longer).err(), Some(MessageError::Damaged));
    let newer = [&[FORMAT + 1], &bytes[1..]].concat();
    assert_eq!(JoinAnswer::decode(&newer).err(), Some(MessageError::Format));
    let huge = vec![FORMAT; limits::JOIN_MESSAGE_SIZE_BYTES_MAX + 1];
    assert_eq!(JoinRequest::decode(&huge).err(), Some(MessageError::Damaged));
    let mut too_long = request();
    too_long.program = "x".repeat(limits::JOIN_MESSAGE_SIZE_BYTES_MAX);
    assert_eq!(too_long.encode().err(), Some(MessageError::Unwritable));
}

#[test]
fn nonsense_is_found_before_an_invitation_is_used() {
    let sound = || {
        let mut sound = request();
        sound.public_key = KeyPair::generate().unwrap().subject_public_key_info();
        sound
    };
    assert_eq!(sound().check(), Ok(()));
    let wrong = |change: fn(&mut JoinRequest)| {
        let mut request = sound();
        change(&mut request);
        request.check().unwrap_err()
    };
    assert!(wrong(|request| request.public_key.truncate(90)).contains("P-256"));
    assert!(wrong(|request| request.peer_address = "0.0.0.0:7443".to_owned()).contains("every address"));
    assert!(wrong(|request| request.client_url = "two".to_owned()).contains("https://HOST:PORT"));
    assert!(wrong(|request| request.program = "1".repeat(65)).contains("version"));
}

#[test]
fn the_largest_answer_can_be_written() {
    let address = "x".repeat(limits::PEER_ADDRESS_SIZE_BYTES_MAX);
    let node = u64::MAX;
    let peers = vec![PeerAddress { node, address }; limits::JOIN_PEERS_COUNT_MAX];
    let largest = JoinAnswer::Welcome(Box::new(Welcome {
        cluster: [1; 16],
        node,
        authority: vec![0; 1_024],
        authority_key: vec![0; 256],
        certificate: vec![0; 1_024],
        workspace_key: [5; 32],
        peers,
    }));
    assert!(largest.encode().is_ok());
}
