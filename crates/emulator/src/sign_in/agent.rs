//! What a browser's own name (`User-Agent`) tells, in the words of the sign-in log.

/// Marks of browsers, the more particular ones first: each pretends to be those after it.
const BROWSERS: [(&str, &str); 7] = [
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
];
const SYSTEMS: [(&str, &str); 10] = [
    ("Android", "Android"),
    ("iPhone", "Ios"),
    ("iPad", "Ios"),
    ("Windows NT 10.0", "Windows 10"),
    ("Windows NT 6.3", "Windows 8.1"),
    ("Windows NT 6.2", "Windows 8"),
    ("Windows NT 6.1", "Windows 7"),
    ("Windows", "Windows"),
    ("Mac OS", "MacOs"),
    ("Linux", "Linux"),
];

/// `Edge 120`; empty when it is none of the known ones.
pub fn browser(agent: &str) -> String {
    let known = BROWSERS.iter().find_map(|(mark, name)| Some((name, agent.split_once(mark)?.1)));
    known.map_or_else(String::new, |(name, rest)| {
        let version: String = rest.chars().take_while(char::is_ascii_digit).collect();
        format!("{name} {version}").trim_end().to_owned()
    })
}

/// `Windows 10`; empty when it is none of the known ones.
pub fn system(agent: &str) -> &'static str {
    SYSTEMS.iter().find(|(mark, _)| agent.contains(mark)).map_or("", |(_, name)| *name)
}
