//! What a clinic sets for itself, between the wire and the domain.

use super::{role, role_name, site_id};
use crate::failure::{Failure, Outcome};
use corridor_domain::private::Private;
use corridor_domain::settings::{Hours, Policies, Reason, Settings, Switches};
use corridor_protocol as wire;

/// As the domain knows it.
pub fn settings(settings: &wire::Settings) -> Outcome<Settings> {
    let hours = settings.hours.iter().map(|hours| Hours {
        day: hours.day,
        from_minute: hours.from_minute,
        until_minute: hours.until_minute,
    });
    let settings = Settings {
        guidance: Private::new(settings.guidance.trim()),
        hours: hours.collect(),
        zone: Private::new(settings.zone.trim()),
        switches: Switches {
            patients: settings.patients,
            team: settings.team,
        },
        reasons: settings.reasons.iter().map(reason).collect::<Outcome<_>>()?,
    };
    if !settings.is_sound() {
        return Err(Failure::Invalid(
            "Days are 0 to 6, minutes 0 to 1440 in order, reasons have a number and a name of their own and a role that answers patients.",
        ));
    }
    Ok(settings)
}

fn reason(reason: &wire::Reason) -> Outcome<Reason> {
    let of_sites = reason.of_sites.iter();
    let of_sites = of_sites.map(|one| Ok((site_id(&one.site_id)?, role(&one.role)?)));
    Ok(Reason {
        number: reason.number,
        name: Private::new(reason.name.trim()),
        pool: role(&reason.role)?,
        of_sites: of_sites.collect::<Outcome<_>>()?,
    })
}

/// As staff or patients see it: who answers for what is the team's business.
pub fn settings_to_wire(settings: &Settings, is_staff: bool) -> wire::Settings {
    let hours = settings.hours.iter().map(|hours| wire::Hours {
        day: hours.day,
        from_minute: hours.from_minute,
        until_minute: hours.until_minute,
    });
    let of_sites = |reason: &Reason| {
        let all = reason.of_sites.iter().filter(|_| is_staff);
        let one = |(site, pool): &(corridor_domain::ids::SiteId, corridor_domain::person::Role)| wire::OfSite {
            site_id: site.to_string(),
            role: role_name(*pool).to_owned(),
        };
        all.map(one).collect()
    };
    let reasons = settings.reasons.iter().map(|reason| wire::Reason {
        number: reason.number,
        name: reason.name.expose().to_owned(),
        role: if is_staff { role_name(reason.pool) } else { "" }.to_owned(),
        of_sites: of_sites(reason),
    });
    wire::Settings {
        guidance: settings.guidance.expose().to_owned(),
        hours: hours.collect(),
        zone: settings.zone.expose().to_owned(),
        patients: settings.switches.patients,
        team: settings.switches.team,
        reasons: reasons.collect(),
    }
}

/// As the domain knows them.
pub fn policies(policies: wire::Policies) -> Policies {
    Policies {
        edit_window_s: policies.edit_window_s,
        on_behalf_of_labelled: policies.on_behalf_of_labelled,
    }
}

/// As everybody sees them.
pub fn policies_to_wire(policies: Policies) -> wire::Policies {
    wire::Policies {
        edit_window_s: policies.edit_window_s,
        on_behalf_of_labelled: policies.on_behalf_of_labelled,
    }
}
