//! Why something was not done: a closed list with stable codes. Append only; clients and auditors hold on to them.

use serde::{Deserialize, Serialize};

macro_rules! refusals {
    ($($(#[$meaning:meta])* $name:ident = $code:literal),+ $(,)?) => {
        /// A reason a clinic would give. Numbers, names and order are for ever.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Refusal { $($(#[$meaning])* $name),+ }

        impl Refusal {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable code that clients see.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }
        }
    };
}

refusals! {
    /// The session has ended, has expired or never was.
    NotSignedIn = "not_signed_in",
    /// Login and password do not belong together, or the account is closed; never says which.
    SignInFailed = "sign_in_failed",
    /// The role does not allow it.
    Forbidden = "forbidden",
    /// There is none, or one must not know of it.
    NotFound = "not_found",
    /// The command id was used for something else before.
    IdempotencyConflict = "idempotency_conflict",
    /// The conversation is put away.
    Archived = "archived",
    /// Only members do this.
    NotAMember = "not_a_member",
    /// The person is a member already.
    AlreadyMember = "already_member",
    /// The patient's account is not active: nothing can be sent to it.
    PatientAccountInactive = "patient_account_inactive",
    /// Too late to edit; retract and write anew.
    EditWindowClosed = "edit_window_closed",
    /// The message was taken back.
    AlreadyRetracted = "already_retracted",
    /// Somebody else signs in by that name.
    LoginTaken = "login_taken",
    /// A channel of that name exists.
    NameTaken = "name_taken",
    /// The owner hands the room over before leaving it.
    OwnerMustHandOver = "owner_must_hand_over",
    /// The command makes no sense as it is.
    Invalid = "invalid",
    /// More than a limit allows.
    TooMany = "too_many",
    /// It is so already.
    NothingToDo = "nothing_to_do",
    /// Somebody else is responsible for it: whoever takes over names whom they take over from.
    HeldByAnother = "held_by_another",
    /// Nobody holds it.
    NotHeld = "not_held",
    /// It is not offered to one, or not any more.
    NotOffered = "not_offered",
    /// That person cannot answer for patients.
    CannotHold = "cannot_hold",
    /// That person is no member of the conversation.
    TargetNotAMember = "target_not_a_member",
    /// The clinic has closed the conversation.
    Closed = "closed",
    /// That person does not answer for the conversation: nobody replies for them.
    NotResponsible = "not_responsible",
    /// That person, or the conversation, has nobody reply for them.
    OnBehalfRefused = "on_behalf_refused",
    /// What is sent for somebody else is confirmed first, and sent as it was confirmed.
    ConfirmFirst = "confirm_first",
    /// Somebody has written to the patient meanwhile.
    MovedOn = "moved_on",
    /// The same two have a coverage in that time already.
    CoverageOverlaps = "coverage_overlaps",
    /// The clinic has switched messages with patients off.
    PatientMessagesOff = "patient_messages_off",
    /// The clinic has switched chat among staff off.
    TeamChatOff = "team_chat_off",
    /// Who works in the queue of all patients works with patients.
    QueueNeedsMore = "queue_needs_more",
    /// That person takes no new conversations of patients.
    NotAvailable = "not_available",
    /// Another one of the staff has replied just now.
    AnotherReplied = "another_replied",
    /// Number and birth date are not those of this patient, or it is about another one.
    NotThisPatient = "not_this_patient",
    /// At that age the clinic keeps nothing from those who act for the patient.
    TooYoung = "too_young",
    /// The password is not theirs.
    NotConfirmed = "not_confirmed",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_codes_are_pinned() {
        let pinned = [
            "not_signed_in",
            "sign_in_failed",
            "forbidden",
            "not_found",
            "idempotency_conflict",
            "archived",
            "not_a_member",
            "already_member",
            "patient_account_inactive",
            "edit_window_closed",
            "already_retracted",
            "login_taken",
            "name_taken",
            "owner_must_hand_over",
            "invalid",
            "too_many",
            "nothing_to_do",
            "held_by_another",
            "not_held",
            "not_offered",
            "cannot_hold",
            "target_not_a_member",
            "closed",
            "not_responsible",
            "on_behalf_refused",
            "confirm_first",
            "moved_on",
            "coverage_overlaps",
            "patient_messages_off",
            "team_chat_off",
            "queue_needs_more",
            "not_available",
            "another_replied",
            "not_this_patient",
            "too_young",
            "not_confirmed",
        ];
        let codes: Vec<_> = Refusal::ALL.iter().map(|refusal| refusal.code()).collect();
        assert_eq!(codes, pinned);
        assert!(
            Refusal::ALL
                .iter()
                .enumerate()
                .all(|(number, refusal)| *refusal as usize == number)
        );
    }
}
