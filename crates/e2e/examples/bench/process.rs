//! What a process has used so far.

/// Processor time of this process in seconds.
pub fn cpu_seconds() -> f64 {
    cpu_seconds_of("self")
}

/// Processor time of a process in seconds.
pub fn cpu_seconds_of(process: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    // Fields 14 and 15 of proc(5), counted from after the name; 100 ticks a second on Linux.
    (ticks(11) + ticks(12)) / 100.0
}

/// The most memory this process has held, in MiB.
pub fn peak_mib() -> u64 {
    peak_mib_of("self")
}

/// The most memory a process has held, in MiB.
pub fn peak_mib_of(process: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) / 1024
}

/// Processor time of this process in seconds, of threads that have ended too; finer than [`cpu_seconds`].
pub fn exact_cpu_seconds() -> f64 {
    let spent = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    std::time::Duration::try_from(spent).unwrap_or_default().as_secs_f64()
}

/// Processor time of a thread by its folder below `/proc`, in seconds: the first field of `schedstat`, in nanoseconds.
pub fn task_seconds(folder: &str) -> f64 {
    let text = std::fs::read_to_string(format!("{folder}/schedstat")).unwrap_or_default();
    text.split(' ').next().and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}
