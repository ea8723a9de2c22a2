//! The bytes of a telling between nodes: fixed places, little-endian, behind a byte for the form and one for what it is.
//!
//! form 1, kind 2, life u64, number u64, part u16, parts u16 (0: changes), lights u16, writers u16; then a light each: person u128,
//! version u64, light u8; then a writer each: conversation u128, person u128, active u8. Kind 1 is the question in `report.rs`.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use corridor_actors::frame::Light;
use corridor_actors::gossip::{Part, Standing, Telling, Typing};
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::limits;
use std::io;

/// How every telling of this form begins.
const PREFIX: [u8; 2] = [1, 2];
const HEAD_SIZE_BYTES: usize = 26;
const LIGHT_SIZE_BYTES: usize = 25;
const TYPING_SIZE_BYTES: usize = 33;
/// The numbers stand on the wire and stay.
const LIGHTS: [(u8, Light); 4] = [
    (0, Light::Offline),
    (1, Light::Available),
    (2, Light::Busy),
    (3, Light::OffDuty),
];

/// Whether these are the bytes of a telling, maybe of one that cannot be read.
pub fn is_telling(bytes: &[u8]) -> bool {
    bytes.starts_with(&PREFIX)
}

/// Writes a telling. What is beyond the bound of one is left out: nobody makes such.
pub fn encode(telling: &Telling) -> Bytes {
    let room = limits::GOSSIP_FACTS_PER_TELLING_COUNT_MAX;
    let lights = &telling.lights[..telling.lights.len().min(room)];
    let typing = &telling.typing[..telling.typing.len().min(room)];
    let size_bytes = HEAD_SIZE_BYTES + lights.len() * LIGHT_SIZE_BYTES + typing.len() * TYPING_SIZE_BYTES;
    let mut bytes = BytesMut::with_capacity(size_bytes);
    bytes.put_slice(&PREFIX);
    bytes.put_u64_le(telling.life);
    bytes.put_u64_le(telling.number);
    let part = telling.part.unwrap_or(Part { index: 0, count: 0 });
    bytes.put_u16_le(part.index);
    bytes.put_u16_le(part.count);
    for count in [lights.len(), typing.len()] {
        bytes.put_u16_le(u16::try_from(count).unwrap_or(u16::MAX));
    }
    for (person, standing) in lights {
        bytes.put_u128_le(person.0);
        bytes.put_u64_le(standing.version);
        bytes.put_u8(number_of(standing.light));
    }
    for one in typing {
        bytes.put_u128_le(one.conversation.0);
        bytes.put_u128_le(one.person.0);
        bytes.put_u8(u8::from(one.active));
    }
    bytes.freeze()
}

/// Reads a telling.
pub fn decode(bytes: &[u8]) -> io::Result<Telling> {
    read(bytes).ok_or_else(|| {
        let why = "a telling of a form that this program does not know";
        io::Error::new(io::ErrorKind::InvalidData, why)
    })
}

fn read(bytes: &[u8]) -> Option<Telling> {
    let mut rest = bytes.strip_prefix(&PREFIX)?;
    let (life, number) = (rest.try_get_u64_le().ok()?, rest.try_get_u64_le().ok()?);
    let (index, count) = (rest.try_get_u16_le().ok()?, rest.try_get_u16_le().ok()?);
    let part = match (index, count) {
        (0, 0) => None,
        (index, count) if index < count => Some(Part { index, count }),
        _ => return None,
    };
    let lights_count = usize::from(rest.try_get_u16_le().ok()?);
    let typing_count = usize::from(rest.try_get_u16_le().ok()?);
    let size_bytes = lights_count * LIGHT_SIZE_BYTES + typing_count * TYPING_SIZE_BYTES;
    if lights_count.max(typing_count) > limits::GOSSIP_FACTS_PER_TELLING_COUNT_MAX || rest.len() != size_bytes {
        return None;
    }
    let lights = (0..lights_count)
        .map(|_| read_light(&mut rest))
        .collect::<Option<_>>()?;
    let typing = (0..typing_count)
        .map(|_| read_typing(&mut rest))
        .collect::<Option<_>>()?;
    Some(Telling {
        life,
        number,
        part,
        lights,
        typing,
    })
}

fn read_light(bytes: &mut &[u8]) -> Option<(PersonId, Standing)> {
    let person = PersonId(bytes.try_get_u128_le().ok()?);
    let version = bytes.try_get_u64_le().ok()?;
    let number = bytes.try_get_u8().ok()?;
    let (_, light) = LIGHTS.into_iter().find(|(known, _)| *known == number)?;
    Some((person, Standing { version, light }))
}

fn read_typing(bytes: &mut &[u8]) -> Option<Typing> {
    Some(Typing {
        conversation: ConversationId(bytes.try_get_u128_le().ok()?),
        person: PersonId(bytes.try_get_u128_le().ok()?),
        active: match bytes.try_get_u8().ok()? {
            0 => false,
            1 => true,
            _ => return None,
        },
    })
}

fn number_of(light: Light) -> u8 {
    match light {
        Light::Offline => 0,
        Light::Available => 1,
        Light::Busy => 2,
        Light::OffDuty => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Telling {
        let light = |(number, light): (u8, Light)| {
            let version = u64::from(number) << 40;
            (PersonId(u128::MAX - u128::from(number)), Standing { version, light })
        };
        let typing = |active| Typing {
            conversation: ConversationId(0x0102),
            person: PersonId(0x0304),
            active,
        };
        Telling {
            life: u64::MAX - 1,
            number: 300,
            part: Some(Part { index: 1, count: 2 }),
            lights: LIGHTS.into_iter().map(light).collect(),
            typing: vec![typing(true), typing(false)],
        }
    }

    #[test]
    fn a_telling_is_read_as_it_was_written() {
        let nothing = Telling {
            life: 1,
            number: 2,
            part: None,
            lights: Vec::new(),
            typing: Vec::new(),
        };
        for telling in [some(), nothing] {
            assert_eq!(decode(&encode(&telling)).unwrap(), telling);
        }
    }

    #[test]
    fn the_bytes_between_nodes_stay_as_they_are() {
        let bytes = encode(&some());
        assert_eq!(bytes.len(), 26 + 4 * 25 + 2 * 33);
        assert_eq!(bytes[..4], [1, 2, 254, 255]);
        assert_eq!(bytes[10..26], [44, 1, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 4, 0, 2, 0]);
        let numbers = [26, 51, 76, 101].map(|start| bytes[start + 24]);
        assert_eq!(numbers, [0, 1, 2, 3]);
        assert_eq!(bytes[126..128], [2, 1]);
        assert_eq!(bytes[158], 1);
    }

    #[test]
    fn what_is_cut_or_more_or_other_is_refused() {
        let bytes = encode(&some());
        for length in 0..bytes.len() {
            assert!(decode(&bytes[..length]).is_err(), "cut at {length}");
        }
        let changed = |place: usize, value: u8| {
            let mut bytes = bytes.to_vec();
            bytes[place] = value;
            decode(&bytes)
        };
        assert!(decode(&[&bytes[..], &[0]].concat()).is_err(), "more than it says");
        let cases = [
            (0, 2),
            (1, 3),
            (18, 2),
            (20, 0),
            (22, 5),
            (23, 5),
            (24, 1),
            (50, 4),
            (158, 2),
        ];
        for (place, value) in cases {
            assert!(changed(place, value).is_err(), "{value} at {place}");
        }
        assert!(changed(10, 45).is_ok());
    }

    #[test]
    fn many_cannot_be_told_at_once() {
        let light = some().lights[1];
        let room = limits::GOSSIP_FACTS_PER_TELLING_COUNT_MAX;
        let lights = vec![light; room + 1];
        let mut bytes = encode(&Telling { lights, ..some() }).to_vec();
        assert_eq!(decode(&bytes).unwrap().lights.len(), room);
        bytes[22..24].copy_from_slice(&1025_u16.to_le_bytes());
        bytes.splice(26..26, [0; LIGHT_SIZE_BYTES]);
        assert!(decode(&bytes).is_err());
    }
}
