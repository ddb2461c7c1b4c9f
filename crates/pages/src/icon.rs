//! Icons: line drawings on a grid of 16, written into the page so that no request is spent on them.

use std::fmt;

use askama::filters::HtmlSafe;

macro_rules! icons {
    ($($name:ident = $path:literal),+ $(,)?) => {
        /// A drawing. Decorative: the word beside it says the same.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Icon { $($name),+ }

        impl Icon {
            #[cfg(test)]
            pub const ALL: &[Self] = &[$(Self::$name),+];

            const fn path(self) -> &'static str {
                match self { $(Self::$name => $path),+ }
            }
        }
    };
}

icons! {
    Overview = "M2.5 7.2 8 2.5l5.5 4.7M4 6.5v7h8v-7M6.7 13.5v-4h2.6v4",
    User = "M8 7.5a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5ZM2.8 14c.4-2.7 2.6-4.2 5.2-4.2s4.8 1.5 5.2 4.2",
    Group = "M6 7.2a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6ZM1.8 13.3c.3-2.4 2-3.8 4.2-3.8s3.9 1.4 4.2 3.8M10.5 3a2.1 2.1 0 0 1 .2 4M12 9.7c1.3.5 2.1 1.7 2.3 3.4",
    Sync = "M13.2 6.5A5.5 5.5 0 0 0 3.6 4.6L2.5 6M2.8 9.5a5.5 5.5 0 0 0 9.6 1.9l1.1-1.4M2.5 2.8V6h3.2M13.5 13.2V10h-3.2",
    Decision = "M8 2.5v11M4 13.5h8M3 4.7l5-1.2 5 1.2M3 4.7 1.2 9h3.6L3 4.7ZM13 4.7 11.2 9h3.6L13 4.7Z",
    Conflict = "M8 14V9.5M8 9.5 3.5 5M8 9.5 12.5 5M3.5 8.2V5h3.2M12.5 8.2V5H9.3",
    Shield = "M8 1.8 13 3.6v4c0 3.2-2.1 5.4-5 6.6-2.9-1.2-5-3.4-5-6.6v-4L8 1.8ZM5.8 8l1.6 1.6 2.9-3.1",
    Add = "M6.3 7.5a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2ZM1.6 13.7c.3-2.6 2.2-4 4.7-4 1.2 0 2.3.3 3.1 1M12 9v5M9.5 11.5h5",
    Settings = "M2.5 4.5h6M12 4.5h1.5M2.5 11.5H4M7.5 11.5h6M10.2 6.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4ZM5.7 13.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4Z",
    Tenant = "M3 13.5v-11h6.5v11M9.5 6.5H13v7M1.8 13.5h12.4M5.3 5.3h1.9M5.3 8h1.9M5.3 10.7h1.9",
    Audit = "M4 1.8h5.5L12.5 5v9.2H4V1.8ZM9.3 2v3.2h3M6 8h4.5M6 10.8h4.5",
    Operator = "M8 7a2.4 2.4 0 1 0 0-4.8A2.4 2.4 0 0 0 8 7ZM2.5 13.8c.4-2.6 2.4-4.3 5.5-4.3s5.1 1.7 5.5 4.3H2.5Z",
    Key = "M5.5 13a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4ZM7.8 7.5l5.2-5.2M10.5 4.8l2 2",
    Jobs = "M8 2 1.8 5.2 8 8.4l6.2-3.2L8 2ZM2.2 8.2 8 11.2l5.8-3M2.2 11 8 14l5.8-3",
    Pulse = "M1.5 8h3l1.8-4.5 3 9L11.2 8h3.3",
    Search = "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.7 10.7 14 14",
    Sun = "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9",
    Moon = "M13.5 9.6A5.9 5.9 0 0 1 6.4 2.5a5.9 5.9 0 1 0 7.1 7.1Z",
    Menu = "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
    Close = "m4 4 8 8M12 4l-8 8",
    Check = "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4ZM5.3 8.2l1.9 1.9 3.6-4",
    Warn = "M8 2 14.5 13.5h-13L8 2ZM8 6.5v3M8 11.6v.1",
    Bad = "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4ZM6 6l4 4M10 6l-4 4",
    Off = "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4ZM5.3 8h5.4",
    Info = "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4ZM8 7.3v3.7M8 5v.1",
    Copy = "M5.5 5.5h8v8h-8v-8ZM10.5 5.5v-3h-8v8h3",
    Mail = "M2 4h12v8.5H2V4ZM2 4.6l6 4.6 6-4.6",
    Download = "M8 2.5v7.7M4.8 7.2 8 10.4l3.2-3.2M2.8 13.5h10.4",
    Right = "m6 3.5 4.5 4.5L6 12.5",
    Down = "M3.5 6 8 10.5 12.5 6",
    Up = "M3.5 10 8 5.5l4.5 4.5",
    Out = "M9.5 2.5h4v4M13.2 2.8 7.5 8.5M11.5 9v4.5h-9v-9H7",
    Clock = "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4ZM8 4.5V8l2.3 1.5",
    Plus = "M8 3v10M3 8h10",
    Delete = "M2.5 4h11M6 4V2.3h4V4M4 4l.6 9.7h6.8L12 4M6.7 6.8v4.2M9.3 6.8v4.2",
    Undo = "M5.5 2.8 2.5 5.8l3 3M2.7 5.8h6.5a4 4 0 0 1 0 8H6.5",
    Push = "M2 8h8.2M7 4.8 10.2 8 7 11.2M13.5 2.5v11",
    Call = "M2.2 3h11.6v7.8H8.2L5 13.6v-2.8H2.2V3ZM5 6h6M5 8.2h3.6",
    Play = "M4.5 2.8v10.4L13 8 4.5 2.8Z",
    Stop = "M4 4h8v8H4V4Z",
    Lock = "M3.5 7.2h9v6.5h-9V7.2ZM5.5 7.2V5a2.5 2.5 0 0 1 5 0v2.2",
    Filter = "M2 3.5h12L9.5 8.7v4.8l-3-1.5V8.7L2 3.5Z",
    Edit = "m10.8 2.6 2.6 2.6-8 8-3.2.6.6-3.2 8-8Z",
    SignOut = "M6.5 2.5h-4v11h4M10 4.8 13.2 8 10 11.2M13 8H6",
    Keyboard = "M1.8 4h12.4v8H1.8V4ZM4.3 6.5h.1M7 6.5h.1M9.7 6.5h.1M12 6.5h.1M5 9.5h6",
}

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, r#"<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="{}"/></svg>"#, self.path())
    }
}

impl askama::FastWritable for Icon {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        write!(dest, "{self}")?;
        Ok(())
    }
}

impl HtmlSafe for Icon {}
