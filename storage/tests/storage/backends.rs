//! What every backend must do, run on the one on disk and on its twin in memory.

use corridor_storage::backend::{Backend, Direction, FjallBackend, MemoryBackend, Pair, Pairs};
use std::sync::Arc;

/// A backend, and how it is closed and opened again.
trait Subject {
    fn backend(&self) -> Arc<dyn Backend>;
    fn reopen(self: Box<Self>) -> Box<dyn Subject>;
}

struct OnDisk(Arc<FjallBackend>, tempfile::TempDir);

impl Subject for OnDisk {
    fn backend(&self) -> Arc<dyn Backend> {
        Arc::clone(&self.0) as Arc<dyn Backend>
    }

    fn reopen(self: Box<Self>) -> Box<dyn Subject> {
        let Self(backend, folder) = *self;
        drop(backend);
        let backend = FjallBackend::open(folder.path()).unwrap();
        Box::new(Self(Arc::new(backend), folder))
    }
}

struct InMemory(MemoryBackend);

impl Subject for InMemory {
    fn backend(&self) -> Arc<dyn Backend> {
        Arc::new(self.0.clone())
    }

    fn reopen(self: Box<Self>) -> Box<dyn Subject> {
        Box::new(Self(self.0.after_power_cut()))
    }
}

/// From, to, and the keys that are found.
type Case<'a> = (&'a [u8], &'a [u8], &'a [&'a [u8]]);

fn on_each(case: impl Fn(Box<dyn Subject>)) {
    let folder = tempfile::tempdir().unwrap();
    case(Box::new(OnDisk(
        Arc::new(FjallBackend::open(folder.path()).unwrap()),
        folder,
    )));
    case(Box::new(InMemory(MemoryBackend::new())));
}

fn put(key: &[u8], value: &[u8]) -> (Vec<u8>, Option<Vec<u8>>) {
    (key.to_vec(), Some(value.to_vec()))
}

fn all(pairs: Pairs) -> Vec<Pair> {
    pairs.map(|pair| pair.unwrap()).collect()
}

fn keys(backend: &dyn Backend, from: &[u8], to: &[u8], direction: Direction) -> Vec<Vec<u8>> {
    all(backend.scan(from, to, direction))
        .into_iter()
        .map(|(key, _)| key)
        .collect()
}

fn pairs(wanted: &[(&[u8], &[u8])]) -> Vec<Pair> {
    wanted
        .iter()
        .map(|(key, value)| (key.to_vec(), value.to_vec()))
        .collect()
}

#[test]
fn a_batch_puts_and_removes_at_once() {
    on_each(|subject| {
        let backend = subject.backend();
        backend
            .commit(vec![put(b"a", b"1"), put(b"b", b""), put(b"c", b"3")])
            .unwrap();
        backend
            .commit(vec![put(b"a", b"2"), (b"c".to_vec(), None), (b"never".to_vec(), None)])
            .unwrap();
        backend.commit(Vec::new()).unwrap();
        assert_eq!(backend.get(b"a").unwrap(), Some(b"2".to_vec()));
        assert_eq!(
            backend.get(b"b").unwrap(),
            Some(Vec::new()),
            "an empty value is a value"
        );
        assert_eq!((backend.get(b"c").unwrap(), backend.get(b"").unwrap()), (None, None));
        assert_eq!(all(backend.view()()), pairs(&[(b"a", b"2"), (b"b", b"")]));
    });
}

#[test]
fn scans_go_both_ways_and_end_before_their_end() {
    on_each(|subject| {
        let backend = subject.backend();
        let names: [&[u8]; 6] = [b"\x00", b"a", b"a\x00", b"ab", b"b", b"\xff\xff"];
        backend
            .commit(names.iter().rev().map(|name| put(name, name)).collect())
            .unwrap();
        let cases: [Case<'_>; 7] = [
            (b"", b"\xff\xff\xff", &names),
            (b"\x00", b"\xff\xff", &names[..5]),
            (b"a", b"b", &names[1..4]),
            (b"a", b"a\x00", &names[1..2]),
            (b"aa", b"ab", &[]),
            (b"b", b"a", &[]),
            (b"a", b"a", &[]),
        ];
        for (from, to, wanted) in cases {
            let mut wanted: Vec<Vec<u8>> = wanted.iter().map(|name| name.to_vec()).collect();
            assert_eq!(
                keys(&*backend, from, to, Direction::Forward),
                wanted,
                "{from:?} to {to:?}"
            );
            wanted.reverse();
            assert_eq!(
                keys(&*backend, from, to, Direction::Backward),
                wanted,
                "{to:?} back to {from:?}"
            );
        }
    });
}

#[test]
fn an_empty_one_is_empty_everywhere() {
    on_each(|subject| {
        let backend = subject.backend();
        assert_eq!(all(backend.view()()), []);
        assert_eq!(
            keys(&*backend, b"", b"\xff", Direction::Backward),
            Vec::<Vec<u8>>::new()
        );
        assert_eq!(backend.get(b"a").unwrap(), None);
        backend.persist().unwrap();
    });
}

#[test]
fn a_view_is_of_its_moment_as_often_as_it_is_walked() {
    on_each(|subject| {
        let backend = subject.backend();
        backend.commit(vec![put(b"a", b"1"), put(b"b", b"1")]).unwrap();
        let view = backend.view();
        backend
            .commit(vec![put(b"a", b"2"), (b"b".to_vec(), None), put(b"c", b"2")])
            .unwrap();
        let mut begun = view();
        assert_eq!(begun.next().unwrap().unwrap(), (b"a".to_vec(), b"1".to_vec()));
        backend.commit(vec![(b"a".to_vec(), None)]).unwrap();
        assert_eq!(all(begun), pairs(&[(b"b", b"1")]));
        for _ in 0..2 {
            assert_eq!(all(view()), pairs(&[(b"a", b"1"), (b"b", b"1")]));
        }
        assert_eq!(all(backend.view()()), pairs(&[(b"c", b"2")]));
    });
}

#[test]
fn a_batch_is_seen_whole_or_not_at_all() {
    on_each(|subject| {
        let backend = subject.backend();
        let row = |value: u32| {
            (0..20_u8)
                .map(|key| put(&[key], &value.to_be_bytes()))
                .collect::<Vec<_>>()
        };
        backend.commit(row(0)).unwrap();
        let writer = Arc::clone(&backend);
        let thread = std::thread::spawn(move || (1..=300).for_each(|value| writer.commit(row(value)).unwrap()));
        while !thread.is_finished() {
            for walked in [backend.view()(), backend.scan(&[0], &[99], Direction::Forward)] {
                let values: Vec<Vec<u8>> = all(walked).into_iter().map(|(_, value)| value).collect();
                assert_eq!(values.len(), 20);
                assert!(values.windows(2).all(|pair| pair[0] == pair[1]), "half of a batch");
            }
            // Read one after the other, first what is written first: never older than what was seen before.
            let seen = [0, 7, 19].map(|key| backend.get(&[key]).unwrap());
            assert!(seen.is_sorted(), "a batch that was seen was gone again");
        }
        thread.join().unwrap();
        assert_eq!(backend.get(&[19]).unwrap(), Some(300_u32.to_be_bytes().to_vec()));
    });
}

#[test]
fn what_was_persisted_is_there_after_reopening() {
    on_each(|mut subject| {
        for round in 0..4_u8 {
            let backend = subject.backend();
            let large = vec![round; 300_000];
            backend
                .commit(vec![put(&[round], &large), (vec![round.wrapping_sub(2)], None)])
                .unwrap();
            backend.persist().unwrap();
            assert!(backend.size_bytes() > 0);
            drop(backend);
            subject = subject.reopen();
            let there: Vec<Vec<u8>> = keys(&*subject.backend(), b"", b"\xff", Direction::Forward);
            let wanted: Vec<Vec<u8>> = (round.saturating_sub(1)..=round).map(|key| vec![key]).collect();
            assert_eq!(there, wanted);
            assert_eq!(subject.backend().get(&[round]).unwrap(), Some(large));
        }
    });
}

#[test]
fn a_power_cut_takes_what_was_not_persisted() {
    let backend = MemoryBackend::new();
    backend.commit(vec![put(b"a", b"1"), put(b"b", b"1")]).unwrap();
    backend.persist().unwrap();
    backend
        .commit(vec![put(b"a", b"2"), (b"b".to_vec(), None), put(b"c", b"2")])
        .unwrap();
    let left = backend.after_power_cut();
    assert_eq!(all(left.view()()), pairs(&[(b"a", b"1"), (b"b", b"1")]));
    left.commit(vec![put(b"d", b"3")]).unwrap();
    assert_eq!(backend.get(b"d").unwrap(), None, "they are two now");
}

#[test]
fn a_whole_state_takes_the_place_of_another() {
    on_each(|subject| {
        let backend = subject.backend();
        backend.commit(vec![put(b"a", b"old"), put(b"b", b"old")]).unwrap();
        let view = backend.view();
        let new = pairs(&[(b"b", b"new"), (b"c", b"new")]);
        backend.replace(&mut new.clone().into_iter().map(Ok)).unwrap();
        assert_eq!(all(backend.scan(b"a", b"z", Direction::Forward)), new);
        assert_eq!(
            all(view()),
            pairs(&[(b"a", b"old"), (b"b", b"old")]),
            "a view is of its moment"
        );
        backend.commit(vec![put(b"d", b"later")]).unwrap();
        backend.persist().unwrap();
        drop((view, backend));
        let subject = subject.reopen();
        let backend = subject.backend();
        assert_eq!(keys(&*backend, b"a", b"z", Direction::Forward), [b"b", b"c", b"d"]);
    });
}

#[test]
fn a_whole_state_out_of_order_is_refused_and_changes_nothing() {
    on_each(|subject| {
        let backend = subject.backend();
        backend.commit(vec![put(b"a", b"old")]).unwrap();
        for wrong in [
            pairs(&[(b"c", b"new"), (b"b", b"new")]),
            pairs(&[(b"b", b"1"), (b"b", b"2")]),
        ] {
            let refused = backend.replace(&mut wrong.into_iter().map(Ok)).unwrap_err();
            assert_eq!(refused.kind(), std::io::ErrorKind::InvalidData);
        }
        assert_eq!(keys(&*backend, b"a", b"z", Direction::Forward), [b"a"]);
    });
}

/// Files that were written past the journal count from the moment that they are there, and not above what is written later
/// (fjall-rs/fjall issue 265).
#[test]
fn a_whole_state_is_seen_after_a_restart_and_written_over() {
    on_each(|subject| {
        let backend = subject.backend();
        let new: Vec<Pair> = (0..=u8::MAX).map(|first| (vec![first, 7], b"new".to_vec())).collect();
        backend.replace(&mut new.clone().into_iter().map(Ok)).unwrap();
        drop(backend);
        let subject = subject.reopen();
        let backend = subject.backend();
        assert_eq!(all(backend.view()()), new);
        backend
            .commit(vec![put(&[9, 7], b"later"), (vec![200, 7], None)])
            .unwrap();
        backend.persist().unwrap();
        drop(backend);
        let subject = subject.reopen();
        let backend = subject.backend();
        assert_eq!(backend.get(&[9, 7]).unwrap().as_deref(), Some(b"later".as_slice()));
        assert_eq!(backend.get(&[200, 7]).unwrap(), None);
        assert_eq!(all(backend.view()()).len(), new.len() - 1);
    });
}

#[test]
fn a_whole_state_that_ends_early_changes_nothing() {
    on_each(|subject| {
        let backend = subject.backend();
        backend.commit(vec![put(b"a", b"old")]).unwrap();
        let broken = || Err(std::io::Error::other("the line broke"));
        let new = [Ok((b"b".to_vec(), b"new".to_vec())), broken()];
        assert!(backend.replace(&mut new.into_iter()).is_err());
        assert_eq!(keys(&*backend, b"a", b"z", Direction::Forward), [b"a"]);
    });
}

#[test]
fn what_a_crash_left_of_a_state_to_be_is_removed_and_what_is_strange_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let backend = FjallBackend::open(folder.path()).unwrap();
    backend.commit(vec![put(b"a", b"1")]).unwrap();
    backend.persist().unwrap();
    drop(backend);
    std::fs::create_dir(folder.path().join("2")).unwrap();
    std::fs::write(folder.path().join("current.new"), "2").unwrap();
    let backend = FjallBackend::open(folder.path()).unwrap();
    assert_eq!(keys(&backend, b"a", b"z", Direction::Forward), [b"a"]);
    assert!(!folder.path().join("2").exists());
    drop(backend);
    std::fs::write(folder.path().join("0.jnl"), "of an earlier build").unwrap();
    let refused = FjallBackend::open(folder.path()).map(drop).unwrap_err();
    assert!(refused.to_string().contains("0.jnl"), "{refused}");
}
