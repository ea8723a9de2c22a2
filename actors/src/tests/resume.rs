//! Attaching while messages are committed: what storage has up to the revision of that moment, and what the outbox has above
//! it, are together everything.

use super::house::{GENERAL, House, MARIA, NURSE, PHYSICIAN, PLENTY, note, send, text_of, within};
use crate::outbox::Item;
use corridor_domain::conversation::Side;
use corridor_domain::outcome::Answer;
use corridor_domain::person::PersonKind;
use corridor_storage::backend::{Backend, FjallBackend, MemoryBackend};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// One device after the other comes while the nurse writes; each must see everything, once it is put together.
async fn attach_while_writing(backend: Arc<dyn Backend>, rounds: usize) {
    let house = Arc::new(House::over(backend, PLENTY, PLENTY).await);
    let written = Arc::new(AtomicU64::new(0));
    let (writing, count) = (Arc::clone(&house), Arc::clone(&written));
    let writer = tokio::spawn(async move {
        for number in 0_usize.. {
            let mut pending = Vec::new();
            for _ in 0..8 {
                let words = format!("{number}");
                let said = if number % 3 == 0 {
                    note(GENERAL, &words)
                } else {
                    send(GENERAL, &words)
                };
                let asked = writing.envelope(PHYSICIAN, said);
                pending.push(writing.actors.gateway().forward(&asked).await.unwrap());
            }
            for answer in pending {
                assert!(matches!(within(answer).await.unwrap(), Answer::Done { .. }));
            }
            if count.fetch_add(8, Ordering::AcqRel) == u64::MAX / 2 {
                return;
            }
        }
    });
    for round in 0..rounds {
        let who = if round % 2 == 0 { NURSE } else { MARIA };
        let person = house.reader.person(who).unwrap().unwrap();
        let side = if person.kind == PersonKind::Patient {
            Side::Patient
        } else {
            Side::Team
        };
        let device = house.attach(who).await;
        let (waiting, items) = (Arc::clone(&device.0.connected), Arc::new(Mutex::new(Vec::new())));
        let taken = Arc::clone(&items);
        let taking = tokio::spawn(async move {
            let mut some = Vec::new();
            while waiting.outbox.take(&mut some).await.is_ok() {
                taken.lock().unwrap().append(&mut some);
            }
        });
        // As the edge does: the replay goes up to the revision that was read when the device could be found.
        let handover = device.0.handover;
        let revision = handover.replay_to();
        let head = house.reader.conversation(GENERAL).unwrap().unwrap();
        let replayed = house.reader.events(GENERAL, 1, head.last.seq, usize::MAX).unwrap();
        let replayed = replayed
            .iter()
            .filter(|event| event.revision <= revision && event.is_visible_to(side));
        let mut seqs: Vec<u64> = replayed.map(|event| event.place.seq_for(side)).collect();
        // The writer goes on a little.
        let until = written.load(Ordering::Acquire) + 16;
        within(async {
            while written.load(Ordering::Acquire) < until {
                tokio::task::yield_now().await;
            }
        })
        .await;
        taking.abort();
        let items = items.lock().unwrap();
        let above = items
            .iter()
            .filter(|item| matches!(item, Item::Event { revision: of, .. } if handover.is_new(*of)));
        seqs.extend(above.map(|item| {
            let frame = text_of(item);
            let seq = frame.trim_start_matches("a0/").split(' ').next().unwrap();
            seq.parse::<u64>().unwrap()
        }));
        let wanted: Vec<u64> = (1..=seqs.len() as u64).collect();
        assert_eq!(seqs, wanted, "{side:?}, attached at {revision}");
    }
    writer.abort();
    assert!(writer.await.is_err_and(|error| error.is_cancelled()), "the writer fell");
    Arc::into_inner(house).unwrap().close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attaching_among_messages_leaves_no_hole() {
    attach_while_writing(Arc::new(MemoryBackend::new()), 20).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attaching_among_messages_on_disk_leaves_no_hole() {
    let folder = tempfile::tempdir().unwrap();
    attach_while_writing(Arc::new(FjallBackend::open(folder.path()).unwrap()), 20).await;
}
