//! The pure part of a patient's actor: which topics there are.

use corridor_domain::ids::ConversationId;

/// The topics of a patient, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PatientThreadCore {
    topics: Vec<ConversationId>,
}

impl PatientThreadCore {
    /// From storage.
    pub fn new(topics: Vec<ConversationId>) -> Self {
        Self { topics }
    }

    /// A topic began; told twice, it counts once.
    pub fn begin(&mut self, topic: ConversationId) {
        if !self.topics.contains(&topic) {
            self.topics.push(topic);
        }
    }

    /// All topics.
    pub fn topics(&self) -> &[ConversationId] {
        &self.topics
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_counts_once() {
        let mut core = PatientThreadCore::new(vec![ConversationId(1)]);
        core.begin(ConversationId(2));
        core.begin(ConversationId(1));
        assert_eq!(core.topics(), [ConversationId(1), ConversationId(2)]);
    }
}
