//! Plain values on their way to and from storage, so that rooms need not know a database driver.
//!
//! Deliberately small: six kinds, each of which may be null.

use uuid::Uuid;

use crate::{Role, Timestamp};

/// A plain value of one of six kinds; `None` is null.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// True or false.
    Bool(Option<bool>),
    /// A whole number; times are microseconds since 1970.
    Int(Option<i64>),
    /// A number with a fraction.
    Float(Option<f64>),
    /// Text; JSON too.
    Text(Option<String>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
    /// A UUID.
    Uuid(Option<Uuid>),
}

/// The kind of a [`Scalar`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarKind {
    /// [`Scalar::Bool`].
    Bool,
    /// [`Scalar::Int`].
    Int,
    /// [`Scalar::Float`].
    Float,
    /// [`Scalar::Text`].
    Text,
    /// [`Scalar::Bytes`].
    Bytes,
    /// [`Scalar::Uuid`].
    Uuid,
}

impl Scalar {
    /// Null of a kind.
    pub const fn null(kind: ScalarKind) -> Self {
        match kind {
            ScalarKind::Bool => Self::Bool(None),
            ScalarKind::Int => Self::Int(None),
            ScalarKind::Float => Self::Float(None),
            ScalarKind::Text => Self::Text(None),
            ScalarKind::Bytes => Self::Bytes(None),
            ScalarKind::Uuid => Self::Uuid(None),
        }
    }

    /// Whether the value is null.
    pub const fn is_null(&self) -> bool {
        matches!(
            self,
            Self::Bool(None)
                | Self::Int(None)
                | Self::Float(None)
                | Self::Text(None)
                | Self::Bytes(None)
                | Self::Uuid(None)
        )
    }
}

/// A type that can be stored as a [`Scalar`].
pub trait Stored: Sized {
    /// The kind it is stored as.
    const KIND: ScalarKind;

    /// The value to store.
    fn to_scalar(self) -> Scalar;

    /// Reads a stored value back; `None` when it does not fit.
    fn from_scalar(scalar: Scalar) -> Option<Self>;
}

macro_rules! stored {
    ($($type:ty => $kind:ident, $value:ident, $to:expr, $from:expr;)+) => {$(
        impl Stored for $type {
            const KIND: ScalarKind = ScalarKind::$kind;
            fn to_scalar(self) -> Scalar {
                let $value = self;
                Scalar::$kind(Some($to))
            }
            fn from_scalar(scalar: Scalar) -> Option<Self> {
                match scalar {
                    Scalar::$kind(Some($value)) => $from,
                    _ => None,
                }
            }
        }
    )+};
}

stored! {
    bool => Bool, value, value, Some(value);
    i64 => Int, value, value, Some(value);
    i32 => Int, value, i64::from(value), i32::try_from(value).ok();
    u32 => Int, value, i64::from(value), u32::try_from(value).ok();
    u64 => Int, value, i64::try_from(value).unwrap_or(i64::MAX), u64::try_from(value).ok();
    usize => Int, value, i64::try_from(value).unwrap_or(i64::MAX), usize::try_from(value).ok();
    f64 => Float, value, value, Some(value);
    String => Text, value, value, Some(value);
    Vec<u8> => Bytes, value, value, Some(value);
    Uuid => Uuid, value, value, Some(value);
    Timestamp => Int, value, value.micros(), Some(Timestamp::from_micros(value));
    Role => Text, value, value.as_str().to_owned(), Role::parse(&value);
}

/// A value that is stored as it is; read back, it is taken for text.
impl Stored for Scalar {
    const KIND: ScalarKind = ScalarKind::Text;
    fn to_scalar(self) -> Scalar {
        self
    }
    fn from_scalar(scalar: Scalar) -> Option<Self> {
        Some(scalar)
    }
}

impl Stored for &str {
    const KIND: ScalarKind = ScalarKind::Text;
    fn to_scalar(self) -> Scalar {
        Scalar::Text(Some(self.to_owned()))
    }
    /// Borrowed text can be stored, not read back.
    fn from_scalar(_: Scalar) -> Option<Self> {
        None
    }
}

impl<T: Stored + Clone> Stored for &T {
    const KIND: ScalarKind = T::KIND;
    fn to_scalar(self) -> Scalar {
        self.clone().to_scalar()
    }
    /// A reference can be stored, not read back.
    fn from_scalar(_: Scalar) -> Option<Self> {
        None
    }
}

impl<T: Stored> Stored for Option<T> {
    const KIND: ScalarKind = T::KIND;
    fn to_scalar(self) -> Scalar {
        self.map_or(Scalar::null(T::KIND), Stored::to_scalar)
    }
    fn from_scalar(scalar: Scalar) -> Option<Self> {
        if scalar.is_null() { Some(None) } else { T::from_scalar(scalar).map(Some) }
    }
}

/// Declares an enum that has one text per variant, in the database and on the wire:
/// `text_enum!(/// A state. pub enum State { /// In use. Active = "active" });`.
#[macro_export]
macro_rules! text_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            $crate::id::serde::Serialize, $crate::id::serde::Deserialize,
        )]
        #[serde(crate = "kernel::id::serde")]
        pub enum $name {
            $($(#[$vmeta])* #[serde(rename = $text)] $variant),+
        }
        impl $name {
            /// Every variant, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The text in the database and on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
            /// Reads [`Self::as_str`] back.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl $crate::id::utoipa::PartialSchema for $name {
            fn schema() -> $crate::id::utoipa::openapi::RefOr<$crate::id::utoipa::openapi::Schema> {
                $crate::schema::words([$($text),+])
            }
        }
        impl $crate::id::utoipa::ToSchema for $name {}
        impl $crate::scalar::Stored for $name {
            const KIND: $crate::scalar::ScalarKind = $crate::scalar::ScalarKind::Text;
            fn to_scalar(self) -> $crate::scalar::Scalar {
                $crate::scalar::Scalar::Text(Some(self.as_str().to_owned()))
            }
            fn from_scalar(scalar: $crate::scalar::Scalar) -> Option<Self> {
                match scalar {
                    $crate::scalar::Scalar::Text(Some(text)) => Self::parse(&text),
                    _ => None,
                }
            }
        }
    };
}
