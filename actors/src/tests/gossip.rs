//! What other nodes tell is shown as if it had happened here, by the same rules; and they are told what happened here.

use super::house::{CLERK, Device, GENERAL, GROUP, House, MARIA, NURSE, PHYSICIAN};
use crate::frame::Light;
use crate::gossip::{Part, Standing, Telling, Typing};
use crate::session::SessionMessage;
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::limits;

const BUSY: Standing = Standing {
    version: 1,
    light: Light::Busy,
};

fn telling(number: u64, lights: &[(PersonId, Standing)], typing: &[Typing]) -> Telling {
    Telling {
        life: 1,
        number,
        part: None,
        lights: lights.to_vec(),
        typing: typing.to_vec(),
    }
}

fn typing(conversation: ConversationId, person: PersonId, active: bool) -> Typing {
    Typing {
        conversation,
        person,
        active,
    }
}

async fn writes(device: &Device, conversation: ConversationId, active: bool) {
    let message = |permit| SessionMessage::Typing {
        conversation,
        active,
        permit,
    };
    device.mail(message).await;
}

#[tokio::test]
async fn lights_of_other_nodes_are_shown_and_go_out_with_them() {
    let house = House::open().await;
    let (gossip, nurse) = (house.actors.gossip(), house.attach(NURSE).await);
    house.settle().await;
    nurse.take().await.unwrap();
    gossip.hear(2, telling(1, &[(CLERK, BUSY)], &[])).await;
    gossip.hear(3, telling(1, &[(CLERK, Standing::CAME)], &[])).await;
    assert_eq!(nurse.latest().await, ["light 4 Busy"]);
    assert_eq!(
        house.actors.lights().await,
        [(NURSE, Light::Available), (CLERK, Light::Busy)]
    );
    let clerk = house.attach(CLERK).await;
    house.settle().await;
    assert_eq!(clerk.latest().await, ["light 2 Available, light 4 Busy"]);
    house.world.advance_ms(limits::GOSSIP_SILENCE_MS);
    gossip.look().await;
    assert_eq!(
        house.actors.lights().await,
        [(NURSE, Light::Available), (CLERK, Light::Busy)],
        "what she set stands here too"
    );
    gossip.hear(2, telling(2, &[(PHYSICIAN, BUSY)], &[])).await;
    assert_eq!(nurse.latest().await, ["light 3 Busy"], "of the clerk nothing is new");
    house.world.advance_ms(limits::GOSSIP_SILENCE_MS);
    gossip.look().await;
    assert_eq!(nurse.latest().await, ["light 3 Offline"]);
    house.close().await;
}

#[tokio::test]
async fn typing_at_other_nodes_is_shown_of_members_to_members() {
    let house = House::open().await;
    let gossip = house.actors.gossip();
    let (physician, maria) = (house.attach(PHYSICIAN).await, house.attach(MARIA).await);
    house.settle().await;
    physician.take().await.unwrap();
    let strangers = [
        typing(GENERAL, CLERK, true),
        typing(GROUP, MARIA, true),
        typing(ConversationId(0xFFFF), NURSE, true),
    ];
    let members = [typing(GENERAL, NURSE, true), typing(GROUP, CLERK, true)];
    gossip
        .hear(2, telling(1, &[], &[&strangers[..], &members].concat()))
        .await;
    house.settle().await;
    assert_eq!(physician.latest().await, ["typing a0 2 true", "typing a1 4 true"]);
    house.world.advance_ms(limits::GOSSIP_SILENCE_MS);
    gossip.look().await;
    house.settle().await;
    assert_eq!(physician.latest().await, ["typing a0 2 false", "typing a1 4 false"]);
    assert_eq!(maria.take().await.unwrap(), []);
    house.close().await;
}

#[tokio::test]
async fn a_conversation_nobody_here_would_see_is_not_woken() {
    let house = House::open().await;
    house.settle().await;
    let rooms = house.actors.rooms();
    for id in [GENERAL, GROUP] {
        let slot = rooms.slots.find(id).unwrap();
        assert!(rooms.retire(id, slot.actor.get_id()));
    }
    let maria = house.attach(MARIA).await;
    let gossip = house.actors.gossip();
    let both = [typing(GENERAL, NURSE, true), typing(GROUP, NURSE, true)];
    gossip.hear(2, telling(1, &[], &both)).await;
    assert!(rooms.slots.find(GENERAL).is_none() && rooms.slots.find(GROUP).is_none());
    assert_eq!(maria.take().await.unwrap(), []);
    house.close().await;
}

#[tokio::test]
async fn others_are_told_of_lights_and_of_what_members_write() {
    let house = House::open().await;
    let gossip = house.actors.gossip();
    let (nurse, maria) = (house.attach(NURSE).await, house.attach(MARIA).await);
    let clerk = house.attach(CLERK).await;
    writes(&clerk, GENERAL, true).await;
    writes(&nurse, GENERAL, true).await;
    writes(&maria, GENERAL, true).await;
    house.settle().await;
    gossip.changed().await;
    let told = gossip.tell_changes();
    let came = |person| (person, Standing::CAME);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].lights, [came(NURSE), came(CLERK)], "patients have no light");
    assert_eq!(
        told[0].typing,
        [typing(GENERAL, NURSE, true), typing(GENERAL, MARIA, true)]
    );
    assert_eq!((told[0].number, told[0].part), (1, None));
    drop(clerk);
    writes(&nurse, GENERAL, false).await;
    house.settle().await;
    let told = gossip.tell_all();
    assert_eq!(told.len(), 2);
    assert_eq!(told[0].lights, [(CLERK, Standing::WENT)]);
    assert_eq!(told[0].typing, [typing(GENERAL, NURSE, false)]);
    assert_eq!(told[1].lights, [came(NURSE)]);
    assert_eq!(told[1].typing, [typing(GENERAL, MARIA, true)]);
    assert_eq!(told[1].part, Some(Part { index: 0, count: 1 }));
    house.close().await;
}
