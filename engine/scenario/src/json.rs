//! Strict JSON objects: each field once, each field known, each value judged by how it is written.

use crate::{Malformed, values::Value};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{collections::BTreeMap, fmt};

/// The fields of an object that nobody has taken yet.
pub(crate) struct Object<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Object<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Object<'a>, Malformed> {
        Ok(serde_json::from_str(text)?)
    }

    /// A field that must be there.
    pub(crate) fn required<T: Value>(&mut self, field: &'static str) -> Result<T, Malformed> {
        self.optional(field)?.ok_or(Malformed::Missing { field })
    }

    /// A field that may be absent or null.
    pub(crate) fn optional<T: Value>(&mut self, field: &'static str) -> Result<Option<T>, Malformed> {
        match self.0.remove(field) {
            Some(value) if value.get() != "null" => T::read(value, field).map(Some),
            _ => Ok(None),
        }
    }

    /// Every field was taken.
    pub(crate) fn finish(mut self) -> Result<(), Malformed> {
        match self.0.pop_first() {
            Some((field, _)) => Err(Malformed::UnknownField { field }),
            None => Ok(()),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = BTreeMap<String, &'de RawValue>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = BTreeMap::new();
                while let Some((field, value)) = map.next_entry::<String, &RawValue>()? {
                    if fields.contains_key(&field) {
                        return Err(A::Error::custom(format_args!("the field {field:?} occurs twice")));
                    }
                    fields.insert(field, value);
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(Fields).map(Object)
    }
}
