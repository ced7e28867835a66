//! What somebody should look at, by the names of the incident handbook (`gateway/docs/incidents.md`): on the page, and as
//! text.

use coretime_page::Alarm;
use coretime_settlement::Status;
use coretime_types::Planck;

/// Of settlement; what the market itself knows (halts, what is held) its readers add.
pub(crate) fn alarms(status: &Status) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    let mut alarm = |name, text: String| alarms.push(Alarm { name, text });
    if !status.connected {
        alarm("chain_connection", "there is no connection to the chain".into());
    } else if !status.caught_up {
        alarm("catching_up", "blocks of the past are being read: orders are taken when that is done".into());
    }
    if let Some(error) = &status.last_error {
        alarm("settlement", error.clone());
    }
    for (number, reason) in &status.stuck {
        alarm("stuck", format!("instruction {number}: {reason}"));
    }
    if status.signer_low {
        alarm("signer_low", "the signer can pay for few deliveries more".into());
    }
    if status.fees_cover_delivery == Some(false) {
        alarm("fees_below_cost", "the venue's fees do not cover what a delivery costs on chain".into());
    }
    if let Some(report) = &status.reserves {
        for difference in &report.differences {
            let (subject, ledger, chain) = (&difference.subject, &difference.ledger, &difference.chain);
            alarm("reserves", format!("{subject}: ledger: {ledger}; chain: {chain}"));
        }
        let regions = report.unattributed_regions.len();
        if report.unattributed_funds > Planck::ZERO || regions > 0 {
            let funds = report.unattributed_funds;
            alarm("unattributed", format!("{funds} planck and {regions} regions are credited to nobody"));
        }
    }
    if !status.held_back.is_empty() {
        alarm(
            "held_back",
            format!("{} deposits were not credited: /status names them", status.held_back.len()),
        );
    }
    alarms
}
