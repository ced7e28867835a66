//! The receipts of all records, followed through disconnects.

use crate::client::Client;
use crate::error::{ClientError, wrong_answer};
use crate::reopened::{Next, Reopened};
use coretime_proto::v1 as pb;
use pb::stream_receipts_response::Message;

/// Follows `AuditService.StreamReceipts`: everyone's receipts, none left out; opens the stream again when it breaks,
/// after the last one that was seen.
pub struct ReceiptFeed {
    stream: Reopened<pb::StreamReceiptsResponse>,
    /// The last place that was seen.
    sequence: Option<u64>,
}

impl ReceiptFeed {
    pub(crate) fn new(client: Client, after: Option<u64>) -> ReceiptFeed {
        ReceiptFeed { stream: Reopened::new(client), sequence: after }
    }

    /// Waits for the next receipt. Safe to be dropped while it waits: nothing is lost.
    ///
    /// # Errors
    /// What trying again would not change: `RESUME_TOO_OLD` where the venue does not stream so old a receipt any more;
    /// [`ClientError::Answer`] if one is left out.
    pub async fn next(&mut self) -> Result<pb::Receipt, ClientError> {
        loop {
            let next = match self.stream.next().await? {
                Next::Open => {
                    let asked = pb::StreamReceiptsRequest { resume_after_sequence: self.sequence };
                    let opened = self.stream.client().audit().stream_receipts(asked).await;
                    self.stream.take(opened.map_err(ClientError::from)).await?
                }
                next => next,
            };
            match next {
                Next::Message(message) => match message.message {
                    Some(Message::Start(start)) => {
                        let position = start.position.unwrap_or_default().sequence;
                        self.sequence.get_or_insert(position);
                    }
                    Some(Message::Receipt(receipt)) => {
                        let last = self.sequence.unwrap_or_default();
                        if receipt.sequence != last.saturating_add(1) {
                            return Err(wrong_answer(format!("receipt {} follows {last}", receipt.sequence)));
                        }
                        self.sequence = Some(receipt.sequence);
                        return Ok(receipt);
                    }
                    None => {}
                },
                Next::Open => {}
                Next::TooOld(status) => return Err(status.into()),
            }
        }
    }
}
