//! Many conversations at work. One that falls is back at once and disturbs no other; too many that fall take the node out.

use super::house::{Device, GROUP, House, NURSE, OTHER, PHYSICIAN, PLENTY, new, send, text_of, within};
use crate::SubmitError;
use crate::alarm::Fence;
use crate::conversation::ConversationMessage;
use crate::falls::FallLimit;
use crate::outbox::{Farewell, Item};
use corridor_domain::command::Command;
use corridor_domain::conversation::{Kind, Side};
use corridor_domain::ids::ConversationId;
use corridor_domain::outcome::Answer;
use corridor_storage::backend::MemoryBackend;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

const CONVERSATIONS: u128 = 1_000;
const SENDERS: u128 = 8;
const ROUNDS: u32 = 8;
const FALLS: u32 = 3;
const THE_FALLEN: u128 = 503;
/// Another one stands there, read from storage, within this time.
const BACK_WITHIN: Duration = Duration::from_millis(100);

fn room(number: u128) -> ConversationId {
    ConversationId(0x1000 + number)
}

/// Sends into every conversation of this sender, round after round; how long each answer took, by when it was asked.
async fn keep_sending(house: Arc<House>, sender: u128, sent: watch::Sender<u32>) -> Vec<(Instant, Duration)> {
    let mut took = Vec::new();
    for round in 0..ROUNDS {
        for number in (sender..CONVERSATIONS).step_by(SENDERS as usize) {
            let asked = Instant::now();
            let envelope = house.envelope(NURSE, send(room(number), &format!("{round}")));
            while house.ask(envelope.clone()).await == Err(SubmitError::OutcomeUnknown) {
                assert_eq!(number, THE_FALLEN, "a neighbour was disturbed");
            }
            if number != THE_FALLEN {
                took.push((asked, asked.elapsed()));
            }
            sent.send_modify(|sent| *sent += 1);
        }
    }
    took
}

/// Reads all the time, as a socket does, until it is told that nothing more comes.
async fn keep_reading(device: Device, mut done: oneshot::Receiver<()>) -> Vec<String> {
    let mut items = Vec::new();
    loop {
        tokio::select! {
            biased;
            taken = device.connected().outbox.take(&mut items) => taken.unwrap(),
            _ = &mut done => break,
        }
    }
    let revision = |item: &Item| match item {
        Item::Event { revision, .. } => Some(*revision),
        Item::Latest { .. } => None,
    };
    let revisions: Vec<_> = items.iter().filter_map(revision).collect();
    assert!(revisions.is_sorted(), "the highest revision one holds is no cursor");
    let events = items.iter().filter(|item| matches!(item, Item::Event { .. }));
    events.map(text_of).collect()
}

/// Fells one conversation; when that was, and how long until another actor stood there.
async fn fell_and_stood_up(house: &House) -> (Instant, Duration) {
    let slot = within(house.actors.rooms().conversation(room(THE_FALLEN)))
        .await
        .unwrap();
    let fell = Instant::now();
    slot.actor.cast(ConversationMessage::Crash).unwrap();
    let successor = || house.actors.rooms().slots.find(room(THE_FALLEN));
    within(async {
        while successor().is_none_or(|found| found.actor.get_id() == slot.actor.get_id()) {
            tokio::task::yield_now().await;
        }
    })
    .await;
    (fell, fell.elapsed())
}

fn p99(took: impl Iterator<Item = Duration>) -> Duration {
    let mut took: Vec<_> = took.collect();
    took.sort();
    assert!(took.len() >= 200, "too few to say: {}", took.len());
    took[took.len() * 99 / 100]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_a_thousand_busy_conversations_falls_and_is_back_at_once() {
    let house = Arc::new(House::open().await);
    for number in 0..CONVERSATIONS {
        let group = new(room(number), Kind::Group, &[PHYSICIAN]);
        house.does(NURSE, Command::CreateConversation(Box::new(group))).await;
    }
    house.settle().await;
    let (done, told) = oneshot::channel();
    let reader = tokio::spawn(keep_reading(house.attach(PHYSICIAN).await, told));
    let (sent, mut counted) = watch::channel(0_u32);
    let senders: Vec<_> = (0..SENDERS)
        .map(|sender| tokio::spawn(keep_sending(Arc::clone(&house), sender, sent.clone())))
        .collect();
    let mut falls = Vec::new();
    for fall in 1..=FALLS {
        let due = u32::try_from(CONVERSATIONS).unwrap() * ROUNDS * fall / (FALLS + 1);
        within(counted.wait_for(|sent| *sent >= due)).await.unwrap();
        falls.push(fell_and_stood_up(&house).await);
    }
    let mut took = Vec::new();
    for sender in senders {
        took.extend(within(sender).await.unwrap());
    }
    for number in 0..CONVERSATIONS {
        let slot = within(house.actors.rooms().conversation(room(number))).await.unwrap();
        within(async {
            while slot.credits.in_use() > 0 {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
    done.send(()).unwrap();
    let got = within(reader).await.unwrap();
    // Whatever else a shared machine does now and then, it does not do it at every fall.
    let best = falls.iter().map(|(_, back)| *back).min().unwrap();
    assert!(best < BACK_WITHIN, "it was gone for {falls:?}");
    let waited = |from: Option<Instant>, to: Option<Instant>| {
        let within = |asked: &Instant| from.is_none_or(|from| from <= *asked) && to.is_none_or(|to| *asked < to);
        p99(took.iter().filter(|(asked, _)| within(asked)).map(|(_, took)| *took))
    };
    let moved = |fall: usize| {
        let at = |fall: usize| falls.get(fall).map(|(fell, _)| *fell);
        let (before, after) = (
            waited(fall.checked_sub(1).and_then(at), at(fall)),
            waited(at(fall), at(fall + 1)),
        );
        (after > before * 3 / 2 + Duration::from_millis(5)).then_some((before, after))
    };
    let moved: Vec<_> = (0..falls.len()).filter_map(moved).collect();
    assert!(
        moved.len() < falls.len(),
        "the others' p99 moved at every fall: {moved:?}"
    );
    for number in 0..CONVERSATIONS {
        let prefix = format!("{:x}/", room(number).0);
        let of_it: Vec<_> = got.iter().filter(|frame| frame.starts_with(&prefix)).cloned().collect();
        // The room's beginning was before the device came.
        let wanted = house.frames(room(number), Side::Team).split_off(1);
        assert_eq!(of_it, wanted, "conversation {number}");
    }
    Arc::into_inner(house).unwrap().close().await;
}

#[tokio::test]
async fn too_many_falls_take_the_node_out_loudly() {
    let fenced = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&fenced);
    let fence: Fence = Arc::new(move |why| {
        assert!(why.contains("more than 3 actors fell within 60 s"), "{why}");
        count.fetch_add(1, Ordering::SeqCst);
    });
    let limit = FallLimit {
        count: 3,
        window_ms: 60_000,
    };
    let house = House::fenced_by(Arc::new(MemoryBackend::new()), [PLENTY; 2], limit, fence).await;
    let device = house.attach(NURSE).await;
    for fall in 0..5_u32 {
        let id = if fall % 2 == 0 { GROUP } else { OTHER };
        let slot = within(house.actors.rooms().conversation(id)).await.unwrap();
        slot.actor.cast(ConversationMessage::Crash).unwrap();
        within(async {
            while house.actors.falls_lately() < (fall as usize + 1).min(4) {
                tokio::task::yield_now().await;
            }
        })
        .await;
        let out = fall >= 3;
        assert_eq!(
            (house.actors.is_fenced(), fenced.load(Ordering::SeqCst)),
            (out, u32::from(out))
        );
        if !out {
            let answer = house.ask(house.envelope(NURSE, send(id, "still here"))).await;
            assert!(matches!(answer, Ok(Answer::Done { .. })), "{answer:?}");
        }
    }
    assert_eq!(device.connected().outbox.farewell(), Some(Farewell::Fenced));
    let late = house.attach(PHYSICIAN).await;
    assert_eq!(
        late.connected().outbox.farewell(),
        Some(Farewell::Fenced),
        "nobody is let in any more"
    );
    drop((device, late));
    house.close().await;
}

#[tokio::test]
async fn every_actor_can_be_observed() {
    let house = House::open().await;
    let device = house.attach(NURSE).await;
    house.does(NURSE, send(GROUP, "hello")).await;
    house.settle().await;
    let observed = house.actors.observe(10);
    let kind = |name: &str| &observed.iter().find(|(kind, _)| *kind == name).unwrap().1;
    for name in [
        "node_supervisor",
        "session_supervisor",
        "workspace_supervisor",
        "dispatcher",
        "presence",
    ] {
        assert_eq!(kind(name).some[0].state, "idle", "{name}");
    }
    assert_eq!((kind("session").alive, kind("session").some.len()), (1, 1));
    let group = kind("conversation")
        .some
        .iter()
        .find(|actor| actor.id == GROUP.to_string());
    assert_eq!(group.map(|actor| (actor.state, actor.waiting)), Some(("idle", 0)));
    let slot = within(house.actors.rooms().conversation(GROUP)).await.unwrap();
    let permit = slot.credits.acquire().await.unwrap();
    let observed = house.actors.observe(10);
    let (_, conversations) = observed.iter().find(|(kind, _)| *kind == "conversation").unwrap();
    let group = conversations.some.iter().find(|actor| actor.id == GROUP.to_string());
    assert_eq!(group.map(|actor| (actor.state, actor.waiting)), Some(("busy", 1)));
    assert!(
        house
            .actors
            .observe(0)
            .iter()
            .all(|(name, kind)| kind.alive > 0 || *name == "patient_thread")
    );
    drop((permit, device));
    house.close().await;
}
