//! Tests of a node's papers: made once, read again, renewed, and refused when something is not as it was.

use super::{FOLDER, Standing};
use crate::membership::authority::{fingerprint, node_name};
use corridor_storage::sealing::StorageKey;
use corridor_storage::world::{TestWorld, World};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use tempfile::TempDir;

const NOW_MS: u64 = 1_795_000_000_000;
const DAY_MS: u64 = 86_400_000;

struct Place {
    data: TempDir,
    seal: StorageKey,
    world: TestWorld,
}

impl Place {
    fn new() -> Self {
        Self {
            data: tempfile::tempdir().unwrap(),
            seal: StorageKey::from_bytes([3; 32]),
            world: TestWorld::new(NOW_MS, 9),
        }
    }

    fn found(&self) -> Standing {
        Standing::open_or_create(self.data.path(), &self.seal, Some("one:7443"), &self.world).unwrap()
    }

    fn open(&self) -> Result<Option<Standing>, String> {
        Standing::open(self.data.path(), &self.seal).map_err(|error| error.to_string())
    }
}

#[test]
fn papers_are_made_once_and_the_keys_are_for_the_owner_alone() {
    let place = Place::new();
    assert!(place.open().unwrap().is_none());
    let first = place.found();
    assert_eq!((first.node, first.is_founder), (1, true));
    let again = Standing::open_or_create(place.data.path(), &place.seal, None, &place.world).unwrap();
    let (one, two) = (first.identity(), again.identity());
    assert_eq!((one.cluster, one.node), (two.cluster, two.node));
    assert_eq!((&one.authority, &one.certificate), (&two.authority, &two.certificate));
    assert_eq!(one.key, two.key);
    assert_eq!(fingerprint(&one.authority), again.authority.fingerprint());
    let name = node_name(first.authority.cluster(), 1);
    assert!(one.certificate.windows(name.len()).any(|part| part == name.as_bytes()));

    let folder = place.data.path().join(FOLDER);
    let mode = |name: &str| fs::metadata(folder.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (mode("."), mode("authority.key"), mode("node.key")),
        (0o700, 0o600, 0o600)
    );
    for name in ["authority.key", "node.key"] {
        let kept = fs::read(folder.join(name)).unwrap();
        for clear in [&one.key, &first.authority.key()] {
            assert!(
                !kept.windows(16).any(|part| part == &clear[clear.len() - 16..]),
                "{name} is clear"
            );
        }
    }
    assert!(!place.data.path().join("cluster.new").exists());
}

#[test]
fn a_cut_before_the_end_leaves_nothing_in_the_way() {
    let place = Place::new();
    let beside = place.data.path().join("cluster.new");
    fs::create_dir(&beside).unwrap();
    fs::write(beside.join("authority.key"), b"half").unwrap();
    assert!(place.open().unwrap().is_none());
    let made = place.found();
    assert_eq!(
        place.open().unwrap().unwrap().identity().certificate,
        made.identity().certificate
    );
}

#[test]
fn renewal_is_due_at_two_thirds_and_keeps_the_key() {
    let place = Place::new();
    let mut standing = place.found();
    let before = standing.identity();
    assert_eq!(standing.not_after_ms(), NOW_MS + 90 * DAY_MS);
    assert_eq!(standing.renewal_due_ms(), NOW_MS + 60 * DAY_MS);
    place.world.advance_ms(60 * DAY_MS - 1);
    assert!(!standing.renew_if_due(&place.world).unwrap());
    assert_eq!(standing.identity().certificate, before.certificate);
    place.world.advance_ms(1);
    // A try that was cut off does not stand in the way.
    fs::write(place.data.path().join(FOLDER).join("node.pem.new"), b"half").unwrap();
    assert!(standing.renew_if_due(&place.world).unwrap());
    assert!(!standing.renew_if_due(&place.world).unwrap());
    let after = standing.identity();
    assert_eq!(standing.not_after_ms(), NOW_MS + 150 * DAY_MS);
    assert_eq!((&before.authority, &before.key), (&after.authority, &after.key));
    assert_ne!(before.certificate, after.certificate);
    let read = place.open().unwrap().unwrap();
    assert_eq!(read.identity().certificate, after.certificate);
    assert_eq!(read.renewal_due_ms(), place.world.now_ms() + 60 * DAY_MS);
}

#[test]
fn what_is_not_as_it_was_is_named() {
    let place = Place::new();
    place.found();
    let stranger = Place::new();
    stranger.found();
    let folder = place.data.path().join(FOLDER);
    let wrong_key = Standing::open(place.data.path(), &StorageKey::from_bytes([4; 32]));
    assert!(wrong_key.is_err_and(|error| error.to_string().contains("authority.key")));
    for (name, change, part) in [
        ("cluster.json", Some(b"{}".to_vec()), "cluster.json: missing field"),
        ("cluster.json", None, "cluster.json: "),
        (
            "authority.key",
            Some(b"CORRPRV1".to_vec()),
            "authority.key: sealed value is truncated",
        ),
        (
            "authority.key",
            Some(b"text".to_vec()),
            "authority.key: is not a key file",
        ),
        ("node.pem", Some(vec![b'x'; 20_000]), "node.pem: is too large"),
        (
            "node.pem",
            Some(stranger_file(&stranger, "node.pem")),
            "node.pem: is not for the key",
        ),
        (
            "authority.pem",
            Some(stranger_file(&stranger, "authority.pem")),
            "the authority's key is not that of",
        ),
    ] {
        let file = folder.join(name);
        let good = fs::read(&file).unwrap();
        match change {
            Some(bytes) => fs::write(&file, bytes).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
        let sentence = place.open().err().unwrap();
        assert!(
            sentence.contains(part) && !sentence.contains('\n'),
            "{name}: {sentence}"
        );
        // Never a new cluster over what is there.
        assert!(Standing::open_or_create(place.data.path(), &place.seal, None, &place.world).is_err());
        fs::write(&file, good).unwrap();
    }
    assert!(place.open().unwrap().is_some());
    fs::set_permissions(folder.join("node.key"), Permissions::from_mode(0o640)).unwrap();
    assert!(place.open().err().unwrap().contains("node.key: others may read it"));
    fs::set_permissions(folder.join("node.key"), Permissions::from_mode(0o600)).unwrap();
    let text = fs::read_to_string(folder.join("cluster.json")).unwrap();
    fs::write(
        folder.join("cluster.json"),
        text.replace("\"format\": 1", "\"format\": 2"),
    )
    .unwrap();
    assert!(
        place
            .open()
            .err()
            .unwrap()
            .contains("format 2 is of a program that is newer")
    );
}

/// `cluster.json` of release 0.1; it is read by name, so only what it says counts, and the format under which it says it.
#[test]
fn the_document_stays_as_it_is() {
    let kept = std::fs::read(crate::fixtures::path("0.1/papers/cluster/cluster.json")).unwrap();
    let document: super::Document = serde_json::from_slice(&kept).unwrap();
    assert_eq!((document.format, document.node, document.is_founder), (1, 1, true));
    assert_eq!(document.address.as_deref(), Some("one.example:7443"));
    let now = serde_json::to_vec_pretty(&document).unwrap();
    assert!(
        now == kept,
        "a change gets a new format; the fixture stays (docs/formats.md)"
    );
}

fn stranger_file(stranger: &Place, name: &str) -> Vec<u8> {
    fs::read(stranger.data.path().join(FOLDER).join(name)).unwrap()
}

#[test]
fn a_node_that_lost_its_papers_is_not_made_somebody_else() {
    let place = Place::new();
    place.found();
    std::fs::remove_dir_all(place.data.path().join(FOLDER)).unwrap();
    std::fs::create_dir(place.data.path().join("log")).unwrap();
    let refused = Standing::open_or_create(place.data.path(), &place.seal, None, &place.world);
    let why = refused.err().unwrap().to_string();
    assert!(why.contains("is missing"), "{why}");
    assert!(!place.data.path().join(FOLDER).exists(), "nothing was made");
}
