//! What is heard: once, in order, whole, and not for longer than it is said.

use super::*;

const ROOM: ConversationId = ConversationId(9);
const BUSY: Standing = Standing {
    version: 1,
    light: Light::Busy,
};

fn person(number: u128) -> PersonId {
    PersonId(number)
}

fn changes(life: u64, number: u64, lights: &[(u128, Standing)], typing: &[(u128, bool)]) -> Telling {
    let typing = typing.iter().map(|(who, active)| Typing {
        conversation: ROOM,
        person: person(*who),
        active: *active,
    });
    Telling {
        life,
        number,
        part: None,
        lights: lights.iter().map(|(who, light)| (person(*who), *light)).collect(),
        typing: typing.collect(),
    }
}

fn part(telling: Telling, index: u16, count: u16) -> Telling {
    let part = Some(Part { index, count });
    Telling { part, ..telling }
}

fn people(news: &News) -> Vec<u128> {
    news.people.iter().map(|person| person.0).collect()
}

fn writers(news: &News) -> Vec<(u128, bool)> {
    let of = |typing: &Typing| (typing.person.0, typing.active);
    news.typing.iter().map(of).collect()
}

#[test]
fn changes_are_heard_once_and_in_order() {
    let mut hearing = Hearing::default();
    let came = changes(1, 2, &[(1, Standing::CAME)], &[(1, true)]);
    let news = hearing.hear(2, &came, 0);
    assert_eq!((people(&news), writers(&news)), (vec![1], vec![(1, true)]));
    assert_eq!(hearing.hear(2, &came, 0), News::default(), "heard again");
    let late = changes(1, 1, &[(1, Standing::WENT)], &[(1, false)]);
    assert_eq!(hearing.hear(2, &late, 0), News::default(), "overtaken");
    assert_eq!(hearing.standing(person(1)), Some(Standing::CAME));
    let news = hearing.hear(2, &changes(1, 3, &[(1, Standing::WENT)], &[(1, false), (2, false)]), 0);
    assert_eq!((people(&news), writers(&news)), (vec![1], vec![(1, false)]));
    assert_eq!(hearing.standing(person(1)), None);
}

#[test]
fn everything_replaces_what_was_told_once_all_its_parts_came() {
    let mut hearing = Hearing::default();
    hearing.hear(2, &changes(1, 1, &[(1, BUSY), (2, BUSY)], &[(1, true), (2, true)]), 0);
    let first = part(changes(1, 2, &[(2, BUSY)], &[(2, true)]), 0, 2);
    assert_eq!(hearing.hear(2, &first, 0), News::default(), "half of it");
    let second = part(changes(1, 3, &[(3, BUSY)], &[(3, true)]), 1, 2);
    let news = hearing.hear(2, &second, 0);
    assert_eq!(people(&news), [1, 3]);
    assert_eq!(writers(&news), [(1, false), (3, true)]);
    let again = part(changes(1, 4, &[(2, BUSY), (3, BUSY)], &[(2, true), (3, true)]), 0, 1);
    assert_eq!(hearing.hear(2, &again, 0), News::default(), "nothing is new");
}

#[test]
fn a_part_that_is_missing_changes_nothing() {
    let mut hearing = Hearing::default();
    hearing.hear(2, &changes(1, 1, &[(1, BUSY)], &[]), 0);
    for (number, index) in [(2, 0), (4, 1), (6, 1), (7, 2)] {
        let some = part(changes(1, number, &[], &[]), index, 3);
        assert_eq!(hearing.hear(2, &some, 0), News::default());
    }
    assert_eq!(hearing.standing(person(1)), Some(BUSY));
}

#[test]
fn who_is_silent_too_long_is_void_and_who_came_anew_too() {
    let mut hearing = Hearing::default();
    let telling = changes(1, 1, &[(1, BUSY)], &[(1, true)]);
    hearing.hear(2, &telling, 100);
    hearing.hear(3, &changes(1, 1, &[(1, Standing::CAME)], &[]), 900);
    assert_eq!(hearing.standing(person(1)), Some(BUSY), "the one set last");
    assert_eq!(hearing.look(99 + limits::GOSSIP_SILENCE_MS), News::default());
    let news = hearing.look(100 + limits::GOSSIP_SILENCE_MS);
    assert_eq!((people(&news), writers(&news)), (vec![1], vec![(1, false)]));
    assert_eq!(hearing.standing(person(1)), Some(Standing::CAME));
    let news = hearing.hear(3, &changes(2, 1, &[(5, BUSY)], &[]), 900);
    assert_eq!(people(&news), [1, 5]);
    assert_eq!(hearing.standing(person(1)), None);
    // Being heard is enough to stand.
    hearing.hear(3, &part(changes(2, 2, &[(5, BUSY)], &[]), 0, 1), 5_000);
    assert_eq!(hearing.look(4_999 + limits::GOSSIP_SILENCE_MS), News::default());
}

#[test]
fn who_writes_at_two_nodes_stopped_when_both_say_so() {
    let mut hearing = Hearing::default();
    for node in [2, 3] {
        let news = hearing.hear(node, &changes(1, 1, &[], &[(1, true)]), 0);
        assert_eq!(writers(&news), [(1, true)]);
    }
    assert_eq!(writers(&hearing.hear(2, &changes(1, 2, &[], &[(1, false)]), 0)), []);
    let news = hearing.hear(3, &changes(1, 2, &[], &[(1, false)]), 0);
    assert_eq!(writers(&news), [(1, false)]);
}

#[test]
fn what_is_remembered_is_bounded() {
    let mut hearing = Hearing::default();
    for node in 0..=limits::PEERS_COUNT_MAX as u64 {
        hearing.hear(node, &changes(1, 1, &[(u128::from(node), BUSY)], &[]), 0);
    }
    assert_eq!(hearing.nodes.len(), limits::PEERS_COUNT_MAX);
    let many: Vec<_> = (0..=limits::GOSSIP_WRITERS_COUNT_MAX as u128)
        .map(|who| (who, true))
        .collect();
    let news = hearing.hear(0, &changes(1, 2, &[], &many), 0);
    assert_eq!(news.typing.len(), limits::GOSSIP_WRITERS_COUNT_MAX);
    let many: Vec<_> = (0..=limits::SOCKETS_COUNT_MAX as u128).map(|who| (who, BUSY)).collect();
    hearing.hear(1, &changes(1, 2, &many, &[]), 0);
    assert_eq!(hearing.nodes[&1].facts.lights.len(), limits::SOCKETS_COUNT_MAX);
}
