//! What lets others check the venue.

use super::{Api, caller, open};
use crate::{
    convert::common::{position_message, record_receipt},
    reserves_source::{ProvenBranch, ProvenReserves},
    status,
    streams::{Guards, stream},
};
use codec::Encode;
use coretime_proto::v1::{
    self, audit_service_server::AuditService, stream_receipts_response::Message as ReceiptMessage,
};
use coretime_sequencer::{EventReader, ReadError, Record};
use coretime_types::{AccountId, Sequence};
use futures::stream::{BoxStream, StreamExt, unfold};
use std::sync::Arc;
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl AuditService for Api {
    type StreamReceiptsStream = BoxStream<'static, Result<v1::StreamReceiptsResponse, Status>>;

    async fn stream_receipts(
        &self,
        request: Request<v1::StreamReceiptsRequest>,
    ) -> Result<Response<Self::StreamReceiptsStream>, Status> {
        let resume_after = request.into_inner().resume_after_sequence.map(Sequence);
        let guards = self.guards(None).await?;
        let followed = self.0.feed.follow(resume_after);
        let (reader, position) = followed.map_err(|_| status::resume_too_old())?;
        let message = |message| v1::StreamReceiptsResponse { message: Some(message) };
        let start = super::market_data::start(position, resume_after);
        let first = vec![message(ReceiptMessage::Start(start))];
        Ok(Response::new(stream(guards, reader, first, move |entry| {
            vec![message(ReceiptMessage::Receipt(record_receipt(&entry.record)))]
        })))
    }

    type StreamLogStream = BoxStream<'static, Result<v1::StreamLogResponse, Status>>;

    async fn stream_log(
        &self,
        request: Request<v1::StreamLogRequest>,
    ) -> Result<Response<Self::StreamLogStream>, Status> {
        let caller = caller(&request)?;
        let after = Sequence(request.into_inner().after_sequence);
        if after > self.0.engine.durable_position().sequence {
            return Err(status::not_yet_recorded());
        }
        let guards = self.guards(Some(caller)).await?;
        tracing::info!(after = after.0, "the log is read");
        let reader = self.0.engine.events_from(Sequence(after.0.saturating_add(1)));
        let records = unfold(Some((guards, reader, after)), async |state| {
            let (mut guards, mut reader, last) = state?;
            match next(&mut guards, &mut reader, last).await {
                Ok(record) => {
                    let last = record.sequence;
                    Some((Ok(log_record(&record)), Some((guards, reader, last))))
                }
                Err(status) => Some((Err(status), None)),
            }
        });
        Ok(Response::new(records.boxed()))
    }

    async fn get_reserves(
        &self,
        request: Request<v1::GetReservesRequest>,
    ) -> Result<Response<v1::GetReservesResponse>, Status> {
        let (account, _) = open(request)?;
        let newest = self.0.reserves.get().and_then(|reserves| reserves.newest(account));
        newest.map(|proof| Response::new(reserves(account, proof))).ok_or_else(status::no_proof)
    }
}

async fn next(guards: &mut Guards, reader: &mut EventReader, last: Sequence) -> Result<Arc<Record>, Status> {
    tokio::select! {
        biased;
        status = guards.end(last) => Err(status),
        record = reader.next() => record.map_err(|error| match error {
            ReadError::Stopped(_) => status::engine_stopped(),
            error => status::log_unreadable(&error),
        }),
    }
}

fn log_record(record: &Record) -> v1::StreamLogResponse {
    v1::StreamLogResponse {
        receipt: Some(record_receipt(record)),
        command: record.command.encode(),
        event_count: u32::try_from(record.events.len()).unwrap_or(u32::MAX),
    }
}

fn reserves(account: AccountId, proof: ProvenReserves) -> v1::GetReservesResponse {
    v1::GetReservesResponse {
        statement: Some(v1::ReservesStatement {
            genesis_hash: proof.genesis_hash.to_vec(),
            custody_account: proof.custody.0.to_vec(),
            block_number: proof.block.0,
            block_hash: proof.block_hash.to_vec(),
            position: Some(position_message(proof.position)),
            owed_planck: proof.owed.to_string(),
            owed_part_timeslices: proof.owed_core_time.0.to_string(),
            root: proof.root.to_vec(),
        }),
        custody: Some(v1::CustodyHoldings {
            funds_planck: proof.custody_funds.to_string(),
            float_planck: proof.float.to_string(),
            unattributed_planck: proof.unattributed.to_string(),
            region_count: u64::try_from(proof.custody_regions).unwrap_or(u64::MAX),
            differences: proof.differences,
        }),
        branch: proof.branch.map(|branch| branch_message(account, branch)),
    }
}

fn branch_message(account: AccountId, branch: ProvenBranch) -> v1::ReservesBranch {
    let steps = branch.steps.into_iter().map(|step| v1::ReservesStep {
        is_left: step.is_left,
        hash: step.hash.to_vec(),
        funds_planck: step.funds.to_string(),
        part_timeslices: step.core_time.0.to_string(),
    });
    v1::ReservesBranch {
        account: account.0.to_vec(),
        salt: branch.salt.to_vec(),
        funds_planck: branch.funds.to_string(),
        part_timeslices: branch.core_time.0.to_string(),
        steps: steps.collect(),
    }
}
