//! Mentions in the demo's texts: `@okafor` and `@nurse` become names for readers and ids for the node.
//!
//! Pure. Refuses to know where the text is sent.

use super::people::{self, PEOPLE};
use corridor_protocol::Mention;
use std::collections::HashMap;

/// The text as people see it, and whom it means. An `@` that names nobody is an error: the story has a slip of the pen.
pub fn spelled_out(text: &str, ids: &HashMap<&'static str, String>) -> Result<(String, Vec<Mention>), String> {
    let mut parts = text.split('@');
    let mut body = parts.next().unwrap_or_default().to_owned();
    let mut mentions = Vec::new();
    for part in parts {
        let end = part
            .find(|letter: char| !(letter.is_ascii_lowercase() || matches!(letter, '.' | '-' | '_')))
            .unwrap_or(part.len());
        // A full stop or dash after a name ends the sentence, not the name.
        let name = part[..end].trim_end_matches(['.', '-']);
        let rest = &part[name.len()..];
        let mention = match (people::by_login(name), is_role(name)) {
            (Some(character), _) => {
                body.push('@');
                body.push_str(character.name);
                Mention::Person {
                    person_id: ids.get(name).cloned().ok_or_else(|| format!("{name} has no id"))?,
                }
            }
            (None, true) => {
                body.push('@');
                body.push_str(name);
                Mention::Role { role: name.to_owned() }
            }
            (None, false) => return Err(format!("@{name} is nobody")),
        };
        body.push_str(rest);
        if !mentions.contains(&mention) {
            mentions.push(mention);
        }
    }
    Ok((body, mentions))
}

fn is_role(name: &str) -> bool {
    PEOPLE.iter().any(|character| character.roles.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::spelled_out;
    use corridor_protocol::Mention;
    use std::collections::HashMap;

    #[test]
    fn people_and_roles() {
        let ids = HashMap::from([("wen", "per_1".to_owned())]);
        let (body, mentions) = spelled_out("@wen and @front_desk: thanks, @wen.", &ids).unwrap();
        assert_eq!(body, "@Wen Zhao and @front_desk: thanks, @Wen Zhao.");
        assert_eq!(
            mentions,
            [
                Mention::Person {
                    person_id: "per_1".to_owned()
                },
                Mention::Role {
                    role: "front_desk".to_owned()
                }
            ]
        );
        assert!(spelled_out("ask @nobody", &ids).is_err());
    }
}
