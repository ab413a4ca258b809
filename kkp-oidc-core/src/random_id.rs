//! Ids of 128 random bits, and the one text that each of them has.

/// A type for such an id, with [`Display`](std::fmt::Display) and [`FromStr`](std::str::FromStr), and why text is none.
macro_rules! random_id {
    ($(#[$doc:meta])* $id:ident, $of:literal, $(#[$error_doc:meta])* $error:ident, $refusal:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $id([u8; 16]);

        impl $id {
            #[doc = concat!("The ", $of, " with these bytes.")]
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl std::fmt::Display for $id {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                use base64::Engine as _;
                f.write_str(&base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(self.0))
            }
        }

        /// The text that [`Display`](std::fmt::Display) writes, and no other.
        impl std::str::FromStr for $id {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                use base64::Engine as _;
                let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).map_err(|_| $error)?;
                Ok(Self(bytes.try_into().map_err(|_| $error)?))
            }
        }

        $(#[$error_doc])*
        #[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
        #[error($refusal)]
        #[non_exhaustive]
        pub struct $error;
    };
}

pub(crate) use random_id;
