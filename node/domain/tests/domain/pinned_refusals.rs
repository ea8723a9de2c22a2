//! Numbers, names and codes of the refusals, as clients and auditors hold on to them for ever.

use corridor_domain::refusal::Refusal;

#[test]
fn the_refusals() {
    let pinned = [
        (Refusal::NotSignedIn, "NotSignedIn", "not_signed_in"),
        (Refusal::SignInFailed, "SignInFailed", "sign_in_failed"),
        (Refusal::Forbidden, "Forbidden", "forbidden"),
        (Refusal::NotFound, "NotFound", "not_found"),
        (
            Refusal::IdempotencyConflict,
            "IdempotencyConflict",
            "idempotency_conflict",
        ),
        (Refusal::Archived, "Archived", "archived"),
        (Refusal::NotAMember, "NotAMember", "not_a_member"),
        (Refusal::AlreadyMember, "AlreadyMember", "already_member"),
        (
            Refusal::PatientAccountInactive,
            "PatientAccountInactive",
            "patient_account_inactive",
        ),
        (Refusal::EditWindowClosed, "EditWindowClosed", "edit_window_closed"),
        (Refusal::AlreadyRetracted, "AlreadyRetracted", "already_retracted"),
        (Refusal::LoginTaken, "LoginTaken", "login_taken"),
        (Refusal::NameTaken, "NameTaken", "name_taken"),
        (Refusal::OwnerMustHandOver, "OwnerMustHandOver", "owner_must_hand_over"),
        (Refusal::Invalid, "Invalid", "invalid"),
        (Refusal::TooMany, "TooMany", "too_many"),
        (Refusal::NothingToDo, "NothingToDo", "nothing_to_do"),
        (Refusal::HeldByAnother, "HeldByAnother", "held_by_another"),
        (Refusal::NotHeld, "NotHeld", "not_held"),
        (Refusal::NotOffered, "NotOffered", "not_offered"),
        (Refusal::CannotHold, "CannotHold", "cannot_hold"),
        (Refusal::TargetNotAMember, "TargetNotAMember", "target_not_a_member"),
        (Refusal::Closed, "Closed", "closed"),
        (Refusal::NotResponsible, "NotResponsible", "not_responsible"),
        (Refusal::OnBehalfRefused, "OnBehalfRefused", "on_behalf_refused"),
        (Refusal::ConfirmFirst, "ConfirmFirst", "confirm_first"),
        (Refusal::MovedOn, "MovedOn", "moved_on"),
        (Refusal::CoverageOverlaps, "CoverageOverlaps", "coverage_overlaps"),
        (
            Refusal::PatientMessagesOff,
            "PatientMessagesOff",
            "patient_messages_off",
        ),
        (Refusal::TeamChatOff, "TeamChatOff", "team_chat_off"),
        (Refusal::QueueNeedsMore, "QueueNeedsMore", "queue_needs_more"),
        (Refusal::NotAvailable, "NotAvailable", "not_available"),
        (Refusal::AnotherReplied, "AnotherReplied", "another_replied"),
        (Refusal::NotThisPatient, "NotThisPatient", "not_this_patient"),
        (Refusal::TooYoung, "TooYoung", "too_young"),
        (Refusal::NotConfirmed, "NotConfirmed", "not_confirmed"),
    ];
    assert_eq!(Refusal::ALL.len(), pinned.len());
    for (number, (value, name, code)) in pinned.into_iter().enumerate() {
        assert_eq!(
            (value, format!("{value:?}").as_str(), value.code()),
            (Refusal::ALL[number], name, code)
        );
        let bytes = postcard::to_stdvec(&value).unwrap();
        assert_eq!(bytes, [u8::try_from(number).unwrap()]);
        assert_eq!(postcard::from_bytes::<Refusal>(&bytes).unwrap(), value);
    }
}
