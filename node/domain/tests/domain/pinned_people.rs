//! Numbers of what is corrected of people and places: they are for ever. Beside `pinned.rs`. The last commands that there are stand here, and so
//! does the list that must name all.

use crate::common::pinned::pinned_from;
use corridor_domain::command::Command;
use corridor_domain::ids::{PersonId, SiteId};
use corridor_domain::invitation::Activation;
use corridor_domain::person::{Profile, Site};
use corridor_domain::private::Private;
use corridor_domain::settings::Policies;

#[test]
fn commands() {
    let profile = Profile {
        name: Private::from("n"),
        title: Private::from("t"),
        login: Private::from("l"),
        organization: Private::from("o"),
        mrn: Private::from("m"),
        birth_date: Private::from("b"),
        sites: vec![SiteId(1)],
    };
    let activation = Activation {
        person: PersonId(2),
        code: [0xab; 16],
        login: Private::from("l"),
        credential: Private::from("c"),
        device: Private::from("d"),
    };
    let all = [
        (
            Command::ChangeProfile(PersonId(2), Box::new(profile)),
            "ChangeProfile",
            concat!(
                "39",
                "00000000000000000000000000000002",
                "016e0174016c016f016d0162",
                "0100000000000000000000000000000001"
            ),
        ),
        (
            Command::RenameSite(Site {
                id: SiteId(1),
                name: Private::from("n"),
            }),
            "RenameSite",
            "3a00000000000000000000000000000001016e",
        ),
        (
            Command::ChangeChartLink(Private::from("u")),
            "ChangeChartLink",
            "3b0175",
        ),
        (
            Command::Invite(PersonId(2), [0xab; 16]),
            "Invite",
            "3c00000000000000000000000000000002abababababababababababababababab",
        ),
        (
            Command::Activate(Box::new(activation)),
            "Activate",
            concat!(
                "3d",
                "00000000000000000000000000000002",
                "abababababababababababababababab",
                "016c01630164"
            ),
        ),
    ];
    assert!(all.iter().all(|(command, ..)| command.version() == 6));
    pinned_from(57, &all);
}

#[test]
fn policies_keep_their_bytes() {
    let policies = Policies {
        edit_window_s: 900,
        on_behalf_of_labelled: true,
    };
    let all = [(Command::ChangePolicies(policies), "ChangePolicies", "3e840701")];
    assert!(all.iter().all(|(command, ..)| command.version() == 7));
    pinned_from(62, &all);
}

#[test]
fn every_command_stands_somewhere() {
    // A variant that is new in the code stops this from compiling until it is pinned.
    let known = |value: &Command| match value {
        Command::FoundWorkspace { .. }
        | Command::AddSite { .. }
        | Command::AddPerson { .. }
        | Command::ChangeAccountState { .. }
        | Command::ChangeRoles { .. }
        | Command::ChangeCareTeam { .. }
        | Command::ChangeProxyFor { .. }
        | Command::SetPassword { .. }
        | Command::SignIn { .. }
        | Command::FailSignIn { .. }
        | Command::EndSession { .. }
        | Command::CreateConversation(_)
        | Command::Rename { .. }
        | Command::Archive { .. }
        | Command::Reopen { .. }
        | Command::ChangeOwner { .. }
        | Command::AddMember { .. }
        | Command::RemoveMember { .. }
        | Command::Send { .. }
        | Command::Edit { .. }
        | Command::Retract { .. }
        | Command::MarkRead { .. }
        | Command::ConfirmDelivery { .. }
        | Command::Acknowledge { .. }
        | Command::Read { .. }
        | Command::ReadDirectory { .. }
        | Command::ReadAudit
        | Command::BreakGlass { .. }
        | Command::Care { .. }
        | Command::ConfirmOnBehalf { .. }
        | Command::SendOnBehalf { .. }
        | Command::ChangeOnBehalf { .. }
        | Command::GrantCoverage { .. }
        | Command::EndCoverage(..)
        | Command::Schedule { .. }
        | Command::Unschedule(..)
        | Command::ChangeAttention { .. }
        | Command::ChangeSettings(..)
        | Command::ChangeAvailability { .. }
        | Command::ChangeRights { .. }
        | Command::BeginThread { .. }
        | Command::FireTimer { .. }
        | Command::SendOnTerms { .. }
        | Command::CreateTask { .. }
        | Command::ChangeTask { .. }
        | Command::ReadTasks { .. }
        | Command::Pin { .. }
        | Command::ReadPins(..)
        | Command::Restrict { .. }
        | Command::BeginConfidential { .. }
        | Command::GrantCoverageOfLabelled { .. }
        | Command::ChangeSafeguards(..)
        | Command::SaveTemplate { .. }
        | Command::RemoveTemplate(..)
        | Command::MoveMessage { .. }
        | Command::AskIdentity(..)
        | Command::ConfirmIdentity { .. }
        | Command::ChangeProfile(..)
        | Command::RenameSite(..)
        | Command::ChangeChartLink(..)
        | Command::Invite(..)
        | Command::Activate(..)
        | Command::ChangePolicies(..) => (),
    };
    known(&Command::ReadAudit);
}
