//! A status: icon and word together, so that colour is never the only sign.

use askama::Template;

use crate::icon::Icon;

/// What a status means for the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Ok,
    /// Somebody should look.
    Warn,
    /// Broken or refused.
    Bad,
    /// Under way.
    Busy,
    /// Switched off or not there.
    Off,
    /// Neutral.
    Info,
}

impl Tone {
    /// The style class.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Busy => "busy",
            Self::Off => "off",
            Self::Info => "info",
        }
    }

    /// The icon that says the same without colour.
    pub const fn icon(self) -> Icon {
        match self {
            Self::Ok => Icon::Check,
            Self::Warn => Icon::Warn,
            Self::Bad => Icon::Bad,
            Self::Busy => Icon::Sync,
            Self::Off => Icon::Off,
            Self::Info => Icon::Info,
        }
    }
}

/// A status word.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    ext = "html",
    source = r#"<span class="badge {{ tone.class() }}{% if icon.is_none() %} bare{% endif %}">{% if let Some(icon) = icon %}{{ icon }}{% endif %}{{ text }}</span>"#
)]
pub struct Badge {
    tone: Tone,
    icon: Option<Icon>,
    text: String,
}

impl Badge {
    /// A status of any tone.
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { tone, icon: Some(tone.icon()), text: text.into() }
    }

    /// What it says.
    pub fn word(&self) -> &str {
        &self.text
    }

    /// As it should be.
    pub fn ok(text: impl Into<String>) -> Self {
        Self::new(Tone::Ok, text)
    }

    /// Somebody should look.
    pub fn warn(text: impl Into<String>) -> Self {
        Self::new(Tone::Warn, text)
    }

    /// Broken or refused.
    pub fn bad(text: impl Into<String>) -> Self {
        Self::new(Tone::Bad, text)
    }

    /// Under way.
    pub fn busy(text: impl Into<String>) -> Self {
        Self::new(Tone::Busy, text)
    }

    /// Switched off or not there.
    pub fn off(text: impl Into<String>) -> Self {
        Self::new(Tone::Off, text)
    }

    /// A plain label: a kind or a source, not a status.
    pub fn label(text: impl Into<String>) -> Self {
        Self { tone: Tone::Off, icon: None, text: text.into() }
    }

    /// A label that stands out.
    pub fn accent(text: impl Into<String>) -> Self {
        Self { tone: Tone::Info, icon: None, text: text.into() }
    }
}
