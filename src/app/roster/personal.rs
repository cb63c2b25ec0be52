//! How personal values are written into what is sealed, and read back.

pub(super) mod text {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use sluis_core::personal::Personal;

    pub(in crate::app::roster) fn serialize<S: Serializer>(
        value: &Option<Personal<String>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(Personal::expose).serialize(serializer)
    }

    pub(in crate::app::roster) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Personal<String>>, D::Error> {
        Ok(Option::<String>::deserialize(deserializer)?.map(Personal::new))
    }
}

pub(super) mod values {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};
    use sluis_core::{catalogue::Attribute, personal::Personal};

    pub(in crate::app::roster) fn serialize<S: Serializer>(
        values: &BTreeMap<Attribute, Personal<String>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(values.iter().map(|(attribute, value)| (attribute, value.expose())))
    }

    pub(in crate::app::roster) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<Attribute, Personal<String>>, D::Error> {
        let values = BTreeMap::<Attribute, String>::deserialize(deserializer)?;
        Ok(values
            .into_iter()
            .map(|(attribute, value)| (attribute, Personal::new(value)))
            .collect())
    }
}
