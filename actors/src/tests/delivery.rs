//! Who gets what: in order, once, never beyond a wall, never after an end.

use super::house::{
    ADMINISTRATOR, CLERK, Device, GENERAL, GROUP, House, MARIA, NURSE, OTHER, PHYSICIAN, PLENTY, new, note, send,
    within,
};
use crate::SubmitError;
use crate::frame::Light;
use crate::outbox::{Farewell, Item};
use crate::patient_thread::PatientThreadMessage;
use crate::rates::Rate;
use crate::session::SessionMessage;
use corridor_domain::command::{Acting, Command};
use corridor_domain::conversation::{History, Kind, Side};
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::outcome::Answer;
use corridor_domain::person::AccountState;
use corridor_domain::refusal::Refusal;
use corridor_storage::backend::MemoryBackend;
use std::sync::Arc;
use tokio::sync::oneshot;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_send_reaches_all_members_in_order_once() {
    let house = House::open().await;
    let devices = [NURSE, NURSE, PHYSICIAN, CLERK].map(|person| house.attach(person));
    let mut attached = Vec::new();
    for device in devices {
        attached.push(device.await);
    }
    let before = house.frames(GROUP, Side::Team).len();
    let mut pending = Vec::new();
    // Not waiting in between: the answers come later, the order is the order of the calls.
    for number in 0..100 {
        let asked = house.envelope(NURSE, send(GROUP, &format!("{number}")));
        pending.push(house.actors.gateway().forward(&asked).await.unwrap());
    }
    for answer in pending {
        assert!(matches!(within(answer).await.unwrap(), Answer::Done { .. }));
    }
    house.settle().await;
    let wanted = house.frames(GROUP, Side::Team).split_off(before);
    assert_eq!((wanted.len(), wanted[99].as_str()), (100, "a1/101 99"));
    for device in &attached {
        assert_eq!(device.events().await, wanted);
    }
    house.close().await;
}

#[tokio::test]
async fn a_note_never_reaches_the_patients_device() {
    let house = House::open().await;
    let (nurse, maria) = (house.attach(NURSE).await, house.attach(MARIA).await);
    let before = (
        house.frames(GENERAL, Side::Team).len(),
        house.frames(GENERAL, Side::Patient).len(),
    );
    for number in 0..10 {
        house.does(NURSE, note(GENERAL, &format!("secret {number}"))).await;
        house.does(PHYSICIAN, send(GENERAL, &format!("open {number}"))).await;
    }
    house.does(NURSE, send(GROUP, "not hers")).await;
    house.settle().await;
    let theirs = house.frames(GENERAL, Side::Team).split_off(before.0);
    let mut wanted = theirs;
    wanted.push(house.frames(GROUP, Side::Team).pop().unwrap());
    assert_eq!(nurse.events().await, wanted);
    let hers = maria.events().await;
    assert_eq!(hers, house.frames(GENERAL, Side::Patient).split_off(before.1));
    assert_eq!(hers.len(), 10);
    assert!(hers.iter().all(|frame| frame.contains("open")), "{hers:?}");
    house.close().await;
}

#[tokio::test]
async fn who_is_removed_gets_the_removal_and_nothing_after_it() {
    let house = House::open().await;
    let (nurse, clerk) = (house.attach(NURSE).await, house.attach(CLERK).await);
    house.does(NURSE, send(GROUP, "with")).await;
    let (conversation, person) = (GROUP, CLERK);
    house.does(NURSE, Command::RemoveMember { conversation, person }).await;
    house.does(NURSE, send(GROUP, "without")).await;
    let history = History::FromNow;
    house
        .does(
            NURSE,
            Command::AddMember {
                conversation,
                person,
                history,
            },
        )
        .await;
    house.does(NURSE, send(GROUP, "again")).await;
    house.settle().await;
    assert_eq!(
        clerk.events().await,
        ["a1/2 with", "a1/3 removed 4", "a1/5 -", "a1/6 again"]
    );
    assert_eq!(nurse.events().await.len(), 5);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn suspension_closes_the_outbox_before_anything_later() {
    for round in 0..5 {
        let house = House::open().await;
        let clerk = house.attach(CLERK).await;
        let reading = tokio::spawn(async move {
            let mut items = Vec::new();
            let farewell = loop {
                if let Err(farewell) = clerk.0.connected.outbox.take(&mut items).await {
                    break farewell;
                }
            };
            (items, farewell)
        });
        let mut pending = Vec::new();
        let state = AccountState::Suspended;
        for number in 0..60 {
            let command = match number {
                30 => Command::ChangeAccountState { person: CLERK, state },
                _ => send(
                    if number % 2 == 0 { GROUP } else { OTHER },
                    &format!("{round} {number}"),
                ),
            };
            let who = if number == 30 { ADMINISTRATOR } else { NURSE };
            let asked = house.envelope(who, command);
            pending.push(house.actors.gateway().forward(&asked).await.unwrap());
        }
        let mut revisions = Vec::new();
        for answer in pending {
            revisions.push(within(answer).await.unwrap().revision());
        }
        let (items, farewell) = within(reading).await.unwrap();
        assert_eq!(farewell, Farewell::SessionEnded);
        let of = |item: &Item| match item {
            Item::Event { revision, .. } => *revision,
            Item::Latest { .. } => 0,
        };
        assert!(
            items.iter().all(|item| of(item) < revisions[30]),
            "{items:?} after {}",
            revisions[30]
        );
        house.close().await;
    }
}

async fn typing(device: &Device, active: bool) {
    let typing = |permit| SessionMessage::Typing {
        conversation: GENERAL,
        active,
        permit,
    };
    device.mail(typing).await;
}

#[tokio::test]
async fn typing_and_lights_reach_staff_and_are_coalesced() {
    let house = House::open().await;
    let nurse = house.attach(NURSE).await;
    let (physician, maria) = (house.attach(PHYSICIAN).await, house.attach(MARIA).await);
    house.settle().await;
    assert_eq!(nurse.latest().await, ["light 2 Available", "light 3 Available"]);
    assert_eq!(
        house.actors.lights().await,
        [(NURSE, Light::Available), (PHYSICIAN, Light::Available)]
    );
    physician.take().await.unwrap();
    typing(&maria, true).await;
    typing(&maria, true).await;
    house.settle().await;
    assert_eq!(physician.latest().await, ["typing a0 10 true"]);
    typing(&nurse, true).await;
    typing(&nurse, false).await;
    house.settle().await;
    assert_eq!(
        physician.latest().await,
        ["typing a0 2 false"],
        "the newer replaced the older"
    );
    nurse
        .mail(|permit| SessionMessage::Light {
            light: Light::Busy,
            permit,
        })
        .await;
    maria
        .mail(|permit| SessionMessage::Light {
            light: Light::Busy,
            permit,
        })
        .await;
    house.settle().await;
    assert_eq!(physician.latest().await, ["light 2 Busy"], "patients have no light");
    assert_eq!(maria.take().await.unwrap(), [], "and see none, nor who is writing");
    typing(&nurse, true).await;
    drop(nurse);
    within(async {
        while house.actors.lights().await != [(PHYSICIAN, Light::Available)] {
            tokio::task::yield_now().await;
        }
    })
    .await;
    house.close().await;
}

#[tokio::test]
async fn two_devices_are_one_light_until_both_are_gone() {
    let house = House::open().await;
    let (phone, laptop) = (house.attach(NURSE).await, house.attach(NURSE).await);
    let clerk = house.attach(CLERK).await;
    drop(phone);
    house.settle().await;
    assert_eq!(house.actors.lights().await.len(), 2);
    clerk.take().await.unwrap();
    drop(laptop);
    house.settle().await;
    assert_eq!(clerk.latest().await, ["light 2 Offline"]);
    assert_eq!(house.actors.devices().count(), 1);
    house.close().await;
}

#[tokio::test]
async fn who_sends_too_much_is_told_when_to_come_back() {
    let rate = Rate {
        per_second: 2,
        burst: 5,
    };
    let house = House::over(Arc::new(MemoryBackend::new()), PLENTY, rate).await;
    // Two of the five went into the rooms she made.
    for _ in 0..3 {
        house.does(NURSE, send(GROUP, "quick")).await;
    }
    let refused = house.ask(house.envelope(NURSE, send(GROUP, "too quick"))).await;
    assert_eq!(refused, Err(SubmitError::RateLimited { retry_after_ms: 500 }));
    house.does(PHYSICIAN, send(GROUP, "not my fault")).await;
    let (conversation, seq) = (GROUP, 1);
    house.does(NURSE, Command::MarkRead { conversation, seq }).await;
    house.world.advance_ms(500);
    house.does(NURSE, send(GROUP, "calmer")).await;
    house.settle().await;
    assert!(
        !house
            .frames(GROUP, Side::Team)
            .iter()
            .any(|frame| frame.contains("too quick"))
    );
    house.close().await;
}

#[tokio::test]
async fn who_asks_too_much_is_told_too_and_may_still_leave() {
    let rate = Rate {
        per_second: 2,
        burst: 20,
    };
    let house = House::over(Arc::new(MemoryBackend::new()), rate, PLENTY).await;
    let (conversation, seq) = (GROUP, 1);
    let mark = || house.ask(house.envelope(NURSE, Command::MarkRead { conversation, seq }));
    let mut asked = 0;
    while mark().await.is_ok() {
        asked += 1;
        assert!(asked <= 20, "there is a bound");
    }
    assert_eq!(mark().await, Err(SubmitError::RateLimited { retry_after_ms: 500 }));
    house.does(PHYSICIAN, send(GROUP, "not my fault")).await;
    let Acting::Person { session, .. } = house.envelope(NURSE, send(GROUP, "")).acting else {
        panic!("a person has a session");
    };
    house.does(NURSE, Command::EndSession { session }).await;
    house.close().await;
}

#[tokio::test]
async fn a_made_up_id_wakes_nobody() {
    let house = House::open().await;
    let awake = house.actors.awake_count();
    for number in 0..50 {
        let (conversation, seq) = (ConversationId(0xF000 + number), 1);
        let answer = house
            .ask(house.envelope(MARIA, Command::MarkRead { conversation, seq }))
            .await;
        assert!(matches!(
            answer,
            Ok(Answer::Refused {
                refusal: Refusal::NotFound,
                ..
            })
        ));
        let patient = PersonId(0xF000 + number);
        let topic = new(conversation, Kind::Patient { patient }, &[]);
        let answer = house
            .ask(house.envelope(MARIA, Command::CreateConversation(Box::new(topic))))
            .await;
        assert!(matches!(answer, Ok(Answer::Refused { .. })));
    }
    assert_eq!(
        (house.actors.awake_count(), house.actors.rooms().patients.len()),
        (awake, 0)
    );
    house.close().await;
}

#[tokio::test]
async fn a_patients_topics_begin_one_after_the_other() {
    let house = House::open().await;
    let maria = house.attach(MARIA).await;
    for number in 0..5 {
        let id = ConversationId(0xB0 + number);
        let topic = new(id, Kind::Patient { patient: MARIA }, &[]);
        house.does(MARIA, Command::CreateConversation(Box::new(topic))).await;
    }
    house.settle().await;
    let patients = &house.actors.rooms().patients;
    let slot = patients.find(MARIA).unwrap();
    let (reply, topics) = oneshot::channel();
    slot.send(|permit| PatientThreadMessage::Topics { reply, permit })
        .await
        .unwrap();
    let wanted: Vec<ConversationId> = [GENERAL].into_iter().chain((0xB0..0xB5).map(ConversationId)).collect();
    assert_eq!(within(topics).await.unwrap(), wanted);
    assert_eq!(maria.events().await, ["b0/1 -", "b1/1 -", "b2/1 -", "b3/1 -", "b4/1 -"]);
    for _ in 0..2 {
        slot.actor.cast(PatientThreadMessage::Doze).unwrap();
    }
    within(async {
        while !patients.is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    house.close().await;
}

#[tokio::test]
async fn when_the_node_stops_everybody_is_told() {
    let house = House::open().await;
    let (nurse, maria) = (house.attach(NURSE).await, house.attach(MARIA).await);
    house.does(NURSE, send(GENERAL, "last words")).await;
    let (actors, group) = (house.actors, house.group);
    within(actors.stop()).await;
    for device in [&nurse, &maria] {
        assert_eq!(device.take().await, Err(Farewell::ShuttingDown));
        assert_eq!(device.connected().outbox.farewell(), Some(Farewell::ShuttingDown));
    }
    assert!(
        actors
            .attach(super::house::session_of(NURSE), NURSE, Side::Team, true)
            .await
            .is_err()
    );
    assert_eq!(actors.devices().count(), 2, "who could not be attached is not counted");
    within(group.shutdown()).await;
}
