//! From a line to a command.

use crate::{Malformed, json::Object, order, order::Placed, values::SmallAmount};
use coretime_types::{
    AccountId, BlockNumber, CancelTarget, Command, Planck, Region, Replace, SettingsChange,
    SettlementConfirmed, SettlementSubmitted,
};

/// The command in a line, or why it is `malformed`.
pub fn parse_command(line: &str) -> Result<Command, Malformed> {
    let mut object = Object::parse(line)?;
    let name: String = object.required("command")?;
    let command = read(&name, &mut object)?;
    object.finish()?;
    Ok(command)
}

fn read(name: &str, object: &mut Object<'_>) -> Result<Command, Malformed> {
    Ok(match name {
        "configure" => Command::Configure(settings(object)?),
        "advance_clock" => Command::AdvanceClock { tradable_from: object.required("tradable_from")? },
        "deposit_funds" => Command::DepositFunds {
            account: account(object)?,
            amount: object.required("amount")?,
            reference: object.required("reference")?,
        },
        "deposit_region" => Command::DepositRegion {
            account: account(object)?,
            region: Region {
                core: object.required("core")?,
                begin: object.required("begin")?,
                end: object.required("end")?,
                mask: object.required("mask")?,
            },
            renewable: object.required("renewable")?,
            reference: object.required("reference")?,
        },
        "place_bid" => {
            let account = account(object)?;
            Command::PlaceBid(order::bid(object, account)?)
        }
        "place_ask" => {
            let account = account(object)?;
            Command::PlaceAsk(order::ask(object, account)?)
        }
        "cancel" => Command::Cancel {
            account: account(object)?,
            target: cancel_target(object)?,
            request_id: object.optional("request_id")?,
        },
        "cancel_all" => Command::CancelAll {
            account: account(object)?,
            side: object.optional("side")?,
            request_id: object.optional("request_id")?,
        },
        "replace" => Command::Replace(Replace {
            account: account(object)?,
            order_id: object.required("order_id")?,
            unit_price: object.optional("unit_price")?,
            parts: object.optional("parts")?,
            min_timeslices: object.optional("min_timeslices")?,
            request_id: object.optional("request_id")?,
        }),
        "basket" => Command::Basket {
            account: account(object)?,
            legs: object.required("legs")?,
            request_id: object.optional("request_id")?,
        },
        "quote" => quote(object)?,
        "partition" => Command::Partition {
            account: account(object)?,
            region: object.required("region")?,
            pivot: object.required("pivot")?,
            request_id: object.optional("request_id")?,
        },
        "interlace" => Command::Interlace {
            account: account(object)?,
            region: object.required("region")?,
            mask: object.required("mask")?,
            request_id: object.optional("request_id")?,
        },
        "withdraw_funds" => Command::WithdrawFunds {
            account: account(object)?,
            amount: object.required("amount")?,
            request_id: object.optional("request_id")?,
        },
        "withdraw_region" => Command::WithdrawRegion {
            account: account(object)?,
            region: object.required("region")?,
            request_id: object.optional("request_id")?,
        },
        "block_seen" => {
            Command::BlockSeen { number: object.required("number")?, hash: object.required("hash")? }
        }
        "settlement_submitted" => Command::SettlementSubmitted(SettlementSubmitted {
            instructions: object.required("instructions")?,
            extrinsic_hash: object.required("extrinsic_hash")?,
            nonce: object.required("nonce")?,
            valid_until_block: object.required("valid_until_block")?,
            extrinsic: Vec::new(),
        }),
        "settlement_confirmed" => Command::SettlementConfirmed(SettlementConfirmed {
            instruction: object.required("instruction")?,
            block: object.optional("block")?.unwrap_or(BlockNumber(0)),
            extrinsic_index: object.optional("extrinsic_index")?.unwrap_or(0),
            chain_fee: object.optional("chain_fee")?.unwrap_or(Planck::ZERO),
        }),
        "settlement_failed" => Command::SettlementFailed {
            instruction: object.required("instruction")?,
            outcome: object.required("outcome")?,
            reason: object.optional("reason")?.unwrap_or_default(),
        },
        "compensate" => Command::Compensate {
            account: account(object)?,
            amount: object.required("amount")?,
            reason: object.optional("reason")?.unwrap_or_default(),
        },
        "halt" => Command::Halt { cause: cause(object)? },
        "freeze" => Command::Freeze { cause: cause(object)? },
        "resume" => Command::Resume { cause: cause(object)? },
        "suspend" => Command::Suspend { account: account(object)? },
        "unsuspend" => Command::Unsuspend { account: account(object)? },
        "limit_outflow" => {
            Command::LimitOutflow { scope: object.required("scope")?, limit: object.optional("limit")? }
        }
        "approve_outflow" => Command::ApproveOutflow { instruction: object.required("instruction")? },
        unknown => return Err(Malformed::UnknownCommand { name: unknown.to_owned() }),
    })
}

fn account(object: &mut Object<'_>) -> Result<AccountId, Malformed> {
    object.required("account")
}

fn cause(object: &mut Object<'_>) -> Result<String, Malformed> {
    Ok(object.optional("cause")?.unwrap_or_else(|| "operator".to_owned()))
}

fn cancel_target(object: &mut Object<'_>) -> Result<CancelTarget, Malformed> {
    match (object.optional("order_id")?, object.optional("client_order_id")?) {
        (Some(order_id), None) => Ok(CancelTarget::Order(order_id)),
        (None, Some(client_order_id)) => Ok(CancelTarget::ClientOrder(client_order_id)),
        _ => Err(Malformed::CancelTarget),
    }
}

fn quote(object: &mut Object<'_>) -> Result<Command, Malformed> {
    let account = account(object)?;
    let cancel = object.required("cancel")?;
    let placed: Vec<Placed> = object.required("place")?;
    let place = placed.into_iter().map(|order| order.of(account)).collect::<Result<_, _>>()?;
    Ok(Command::Quote { account, cancel, place, request_id: object.optional("request_id")? })
}

fn settings(object: &mut Object<'_>) -> Result<SettingsChange, Malformed> {
    let mut amount = |field| {
        let amount: Option<SmallAmount> = object.optional(field)?;
        Ok::<_, Malformed>(amount.map(|SmallAmount(planck)| planck))
    };
    let min_fill_notional = amount("min_fill_notional")?;
    let delivery_fee = amount("delivery_fee")?;
    let withdrawal_fee = amount("withdrawal_fee")?;
    let min_withdrawal = amount("min_withdrawal")?;
    Ok(SettingsChange {
        taker_ppm: object.optional("taker_ppm")?,
        maker_ppm: object.optional("maker_ppm")?,
        fee_account: object.optional("fee_account")?,
        min_fill_notional,
        delivery_fee,
        withdrawal_fee,
        min_withdrawal,
        min_lot_parts: object.optional("min_lot_parts")?,
        max_orders: object.optional("max_orders")?,
        max_orders_per_account: object.optional("max_orders_per_account")?,
        max_regions_per_account: object.optional("max_regions_per_account")?,
        interlacing: object.optional("interlacing")?,
    })
}
