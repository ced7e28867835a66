//! How messages are read and written: Protobuf as tonic has it, except for whose fault it is when one does not decode.

use prost::Message;
use std::marker::PhantomData;
use tonic::{
    Code, Status,
    codec::{BufferSettings, Codec as TonicCodec, DecodeBuf, Decoder as TonicDecoder},
};
use tonic_prost::{ProstCodec, ProstDecoder, ProstEncoder};

/// Reads `D` and writes `E`.
pub(crate) struct Codec<E, D>(PhantomData<(E, D)>);

impl<E, D> Default for Codec<E, D> {
    fn default() -> Self {
        Codec(PhantomData)
    }
}

impl<E, D> TonicCodec for Codec<E, D>
where
    E: Message + Send + 'static,
    D: Message + Default + Send + 'static,
{
    type Encode = E;
    type Decode = D;
    type Encoder = ProstEncoder<E>;
    type Decoder = Decoder<D>;

    fn encoder(&mut self) -> Self::Encoder {
        ProstEncoder::default()
    }

    fn decoder(&mut self) -> Self::Decoder {
        Decoder(ProstCodec::<E, D>::default().decoder())
    }
}

/// Reads messages. One that is cut short or garbled is `INVALID_ARGUMENT` with the place in it, not `INTERNAL`.
pub(crate) struct Decoder<D>(ProstDecoder<D>);

impl<D: Message + Default> TonicDecoder for Decoder<D> {
    type Item = D;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<D>, Status> {
        self.0.decode(buffer).map_err(|status| Status::new(Code::InvalidArgument, status.message()))
    }

    fn buffer_settings(&self) -> BufferSettings {
        self.0.buffer_settings()
    }
}
