//! The figures of the queue: kept up as they are gathered, and of what the viewer may know alone.

use super::house::{ADMINISTRATOR, CLERK, GENERAL, House, MARIA, NURSE, PHYSICIAN, note, send};
use super::queue::{KNEE, care, take};
use crate::queue::{Overview, Queue};
use corridor_domain::care::{CareStep, Party};
use corridor_domain::command::Command;
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::limits;
use corridor_domain::person::Role;
use corridor_domain::restriction::{RestrictionStep, Sensitivity};
use corridor_storage::world::World as _;

#[tokio::test]
async fn figures_are_the_same_kept_up_and_gathered_anew() {
    const MINUTE_MS: u64 = 60_000;
    let house = House::open().await;
    house.begin_knee().await;
    house.actors.gather_queue().await.unwrap();
    let steps = [
        (MARIA, send(KNEE, "one"), 7),
        (MARIA, send(KNEE, "still there?"), 3),
        (NURSE, note(KNEE, "for us"), 0),
        (PHYSICIAN, send(KNEE, "we are"), 0),
        (PHYSICIAN, send(KNEE, "come in"), 0),
        (MARIA, send(GENERAL, "two"), 90),
        (MARIA, send(KNEE, "thank you"), 0),
        (NURSE, care(KNEE, take()), 0),
    ];
    for (person, command, minutes) in steps {
        house.does(person, command).await;
        house.world.advance_ms(minutes * MINUTE_MS);
        house.settle().await;
        let now_ms = house.world.now_ms();
        let viewer = house.viewer(NURSE);
        let anew = Queue::default();
        anew.gather(&house.reader).unwrap();
        let kept_up = house.actors.overview(&viewer, now_ms).await.unwrap();
        assert_eq!(
            Some(&kept_up),
            anew.look(|index| index.overview(&viewer, now_ms)).as_ref()
        );
    }
    let now_ms = house.world.now_ms();
    let overview = house.actors.overview(&house.viewer(NURSE), now_ms).await.unwrap();
    assert_eq!(
        (overview.load.open, overview.load.waiting, overview.ages),
        (2, 2, [1, 1, 0, 0, 0])
    );
    let parties: Vec<Party> = overview.parties.iter().map(|(party, _)| *party).collect();
    assert_eq!(
        parties,
        [Party::Pool(Role::FrontDesk), Party::Person(NURSE)],
        "who waits longest first"
    );
    let took_ms = overview.replies.p50_ms.unwrap();
    assert_eq!(overview.replies.count, 1, "a reply to one is one, however much is said");
    assert!(
        (10 * MINUTE_MS..11 * MINUTE_MS).contains(&took_ms),
        "since the first of both: {took_ms}"
    );
    // Of what somebody may not know nothing is counted.
    let of_clerk = house.actors.overview(&house.viewer(CLERK), now_ms).await.unwrap();
    assert_eq!(of_clerk, Overview::default());
    // What is a week old counts no longer.
    let later_ms = now_ms + limits::REPLIES_LOOK_BACK_MS;
    let later = house.actors.overview(&house.viewer(NURSE), later_ms).await.unwrap();
    assert_eq!((later.replies.count, later.ages), (0, [0, 0, 0, 0, 2]));
    house.close().await;
}

#[tokio::test]
async fn what_nobody_accepted_in_time_is_named_for_who_sees_to_it() {
    const MINUTES: u32 = 5;
    let house = House::open().await;
    house.begin_knee().await;
    let hand_over = || CareStep::HandOver {
        to: PHYSICIAN,
        minutes: MINUTES,
    };
    for conversation in [KNEE, GENERAL] {
        house.does(NURSE, care(conversation, take())).await;
        house.does(NURSE, care(conversation, hand_over())).await;
        house.world.advance_ms(1_000);
    }
    house.settle().await;
    let late = async |person: PersonId, after_ms: u64| -> (u64, Vec<ConversationId>) {
        let now_ms = house.world.now_ms() + after_ms;
        let overview = house.actors.overview(&house.viewer(person), now_ms).await.unwrap();
        let named = overview.late.iter().map(|late| late.conversation).collect();
        (overview.late_hand_overs, named)
    };
    let in_time = u64::from(MINUTES) * 60_000;
    assert_eq!(late(NURSE, 0).await, (0, vec![]));
    assert_eq!(late(NURSE, in_time).await, (2, vec![KNEE, GENERAL]), "the oldest first");
    assert_eq!(late(CLERK, in_time).await, (0, vec![]));
    // Figures stay within what one may know; what is late in the clinic does not, but for a label.
    assert_eq!(late(ADMINISTRATOR, in_time).await, (0, vec![KNEE, GENERAL]));
    let label = Command::Restrict {
        conversation: KNEE,
        step: RestrictionStep::Label {
            sensitivity: Some(Sensitivity::Part2),
        },
    };
    house.does(PHYSICIAN, label).await;
    house.settle().await;
    assert_eq!(late(ADMINISTRATOR, in_time).await, (0, vec![GENERAL]));
    assert_eq!(late(NURSE, in_time).await, (2, vec![KNEE, GENERAL]));
    house.does(PHYSICIAN, care(GENERAL, CareStep::Accept)).await;
    house.settle().await;
    assert_eq!(late(ADMINISTRATOR, in_time).await, (0, vec![]));
    house.close().await;
}
