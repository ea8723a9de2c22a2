//! What is shown: lights of this node and of the others, brought together. Pure: it says what changed and shows nothing itself.

use crate::frame::Light;
use crate::gossip::{Hearing, Standing};
use corridor_domain::ids::PersonId;
use std::collections::BTreeMap;

/// What the others told, and what is shown.
#[derive(Debug, Default)]
pub(crate) struct Board {
    /// What the others told.
    pub(crate) hearing: Hearing,
    shown: BTreeMap<PersonId, Light>,
}

impl Board {
    /// The light that a person sets now: it stands above whatever is known of theirs. `None`: it stands already.
    pub(crate) fn set(&self, person: PersonId, own: Standing, light: Light) -> Option<Standing> {
        let standing = own.max(self.hearing.standing(person).unwrap_or(own));
        (standing.light != light).then(|| Standing {
            version: standing.version.saturating_add(1),
            light,
        })
    }

    /// What this node takes over from another where the person set their light later: it must still stand when that node is gone.
    pub(crate) fn taken_over(&self, person: PersonId, own: Standing) -> Option<Standing> {
        self.hearing.standing(person).filter(|theirs| *theirs > own)
    }

    /// Brings together what is known of a person. What is to be shown, if it is something else than before.
    pub(crate) fn show(&mut self, person: PersonId, own: Option<Standing>) -> Option<(PersonId, Light)> {
        let standing = own.max(self.hearing.standing(person));
        let light = standing.map(|standing| standing.light);
        let before = match light {
            Some(light) => self.shown.insert(person, light),
            None => self.shown.remove(&person),
        };
        (before != light).then_some((person, light.unwrap_or(Light::Offline)))
    }

    /// The lights that are shown, by person.
    pub(crate) fn shown(&self) -> Vec<(PersonId, Light)> {
        self.shown.iter().map(|(person, light)| (*person, *light)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gossip::Telling;

    const WHO: PersonId = PersonId(1);

    fn told(board: &mut Board, node: u64, number: u64, standing: Standing) {
        let telling = Telling {
            life: 1,
            number,
            part: None,
            lights: vec![(WHO, standing)],
            typing: Vec::new(),
        };
        board.hearing.hear(node, &telling, 0);
    }

    #[test]
    fn a_light_is_on_while_any_node_holds_a_device() {
        let mut board = Board::default();
        assert_eq!(board.show(WHO, None), None);
        told(&mut board, 2, 1, Standing::CAME);
        assert_eq!(board.show(WHO, None), Some((WHO, Light::Available)));
        assert_eq!(board.show(WHO, Some(Standing::CAME)), None);
        told(&mut board, 2, 2, Standing::WENT);
        assert_eq!(board.show(WHO, Some(Standing::CAME)), None);
        assert_eq!(board.shown(), [(WHO, Light::Available)]);
        assert_eq!(board.show(WHO, None), Some((WHO, Light::Offline)));
        assert!(board.shown().is_empty());
    }

    #[test]
    fn what_was_set_last_stands_on_whichever_node() {
        let mut board = Board::default();
        let own = Standing::CAME;
        assert_eq!(board.set(WHO, own, Light::Available), None);
        let busy = Standing {
            version: 1,
            light: Light::Busy,
        };
        assert_eq!(board.set(WHO, own, Light::Busy), Some(busy));
        told(&mut board, 2, 1, busy);
        assert_eq!(board.taken_over(WHO, own), Some(busy));
        assert_eq!(board.taken_over(WHO, busy), None, "what is equal is not taken over");
        assert_eq!(board.show(WHO, Some(own)), Some((WHO, Light::Busy)));
        assert_eq!(board.set(WHO, own, Light::Busy), None);
        let free = Standing {
            version: 2,
            light: Light::Available,
        };
        assert_eq!(board.set(WHO, own, Light::Available), Some(free), "above both");
        assert_eq!(board.show(WHO, Some(free)), Some((WHO, Light::Available)));
    }
}
