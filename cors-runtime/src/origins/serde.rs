//! [`OriginSet`] in configuration files: a text, or a list of texts.

use std::fmt;

use serde_core::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, SeqAccess, Visitor},
};

use super::origin_set::OriginSet;

/// As its text, which reads back.
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl Serialize for OriginSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// From its text (`"https://a.example, https://b.example"`) or from a list of its entries.
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl<'de> Deserialize<'de> for OriginSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(TextOrList)
        } else {
            // Others do not say what comes: it is what `Serialize` has written.
            deserializer.deserialize_str(TextOrList)
        }
    }
}

struct TextOrList;

impl<'de> Visitor<'de> for TextOrList {
    type Value = OriginSet;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("origins, as one text with commas or as a list of texts")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<OriginSet, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<OriginSet, A::Error> {
        let mut entries: Vec<String> = Vec::new();
        while let Some(entry) = list.next_element()? {
            entries.push(entry);
        }
        OriginSet::try_from_iter(entries).map_err(A::Error::custom)
    }
}
