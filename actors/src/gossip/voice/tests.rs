//! What is told: changes once, the last of each, everything when it is due; and bounded.

use super::*;
use crate::frame::Light;

const ROOM: ConversationId = ConversationId(9);
const BUSY: Standing = Standing {
    version: 1,
    light: Light::Busy,
};

fn typing(person: u128, active: bool) -> Typing {
    typing_of(((ROOM, PersonId(person)), active))
}

fn nobody() -> Vec<(PersonId, Standing)> {
    Vec::new()
}

#[test]
fn of_each_person_the_last_change_is_told_once() {
    let mut core = VoiceCore::new(7);
    core.note_light(PersonId(1), Some(Standing::CAME));
    core.note_light(PersonId(1), None);
    core.note_light(PersonId(2), Some(BUSY));
    assert!(core.note_typing(typing(1, true), 0));
    assert!(core.note_typing(typing(1, false), 0));
    assert!(core.note_typing(typing(2, true), 0));
    assert!(!core.note_typing(typing(3, false), 0), "of a start nobody heard");
    let told = core.tell(false, 0, nobody);
    let wanted = Telling {
        life: 7,
        number: 1,
        part: None,
        lights: vec![(PersonId(1), Standing::WENT), (PersonId(2), BUSY)],
        typing: vec![typing(1, false), typing(2, true)],
    };
    assert_eq!(told, [wanted]);
    assert_eq!(core.tell(false, 0, nobody), []);
}

#[test]
fn everything_is_told_even_if_it_is_nothing_and_forgets_who_fell_silent() {
    let mut core = VoiceCore::new(7);
    assert!(core.note_typing(typing(1, true), 0));
    assert!(core.note_typing(typing(2, true), 1));
    let of = |told: &[Telling]| -> Vec<_> {
        let part = |telling: &Telling| (telling.number, telling.part, telling.typing.clone());
        told.iter().map(part).collect()
    };
    let all = Some(Part { index: 0, count: 1 });
    let told = core.tell(true, limits::GOSSIP_WRITING_MS, nobody);
    assert_eq!(
        of(&told),
        [
            (1, None, vec![typing(1, true), typing(2, true)]),
            (2, all, vec![typing(2, true)])
        ]
    );
    let told = core.tell(true, 2 * limits::GOSSIP_WRITING_MS, nobody);
    assert_eq!(of(&told), [(3, all, vec![])]);
}

#[test]
fn many_lights_are_told_in_parts() {
    let mut core = VoiceCore::new(7);
    let room = limits::GOSSIP_FACTS_PER_TELLING_COUNT_MAX;
    let lights: Vec<_> = (0..=2 * room as u128).map(|who| (PersonId(who), BUSY)).collect();
    let told = core.tell(true, 0, || lights.clone());
    let sizes: Vec<_> = told.iter().map(|telling| telling.lights.len()).collect();
    assert_eq!(sizes, [room, room, 1]);
    let parts: Vec<_> = told.iter().map(|telling| telling.part.unwrap()).collect();
    assert_eq!(parts[2], Part { index: 2, count: 3 });
    assert!(limits::SOCKETS_COUNT_MAX.div_ceil(room) <= limits::GOSSIP_IN_FLIGHT_COUNT_MAX / 2);
}

#[test]
fn too_many_changes_are_told_as_everything() {
    let mut core = VoiceCore::new(7);
    for who in 0..=limits::GOSSIP_CHANGES_COUNT_MAX as u128 {
        core.note_light(PersonId(who), Some(BUSY));
    }
    core.note_light(PersonId(1), None);
    let told = core.tell(false, 0, || vec![(PersonId(5), BUSY)]);
    assert_eq!((told.len(), told[0].lights.len()), (1, 1));
    assert!(told[0].part.is_some());
    assert_eq!(core.tell(false, 0, nobody), [], "once");
}

#[test]
fn of_too_many_writers_nobody_hears() {
    let mut core = VoiceCore::new(7);
    let many = limits::GOSSIP_WRITERS_COUNT_MAX as u128;
    assert!((0..many).all(|who| core.note_typing(typing(who, true), 0)));
    assert!(!core.note_typing(typing(many, true), 1));
    assert!(core.note_typing(typing(1, true), 1), "one of those known");
    assert!(core.note_typing(typing(many, true), limits::GOSSIP_WRITING_MS));
}
