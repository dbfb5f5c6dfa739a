//! Time and memory of a child process, without unsafe code: what the system tells in `/proc`.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::Failure;

const POLL: Duration = Duration::from_millis(20);

/// Clock ticks per second in `/proc/<pid>/stat`; fixed for programs on Linux, whatever the kernel uses inside.
const TICKS_PER_SECOND: u64 = 100;

/// What one run took.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) wall: Duration,
    /// User and system time of all threads.
    pub(crate) cpu: Option<Duration>,
    /// Highest resident memory seen; at most 20 ms old when the process ended.
    pub(crate) peak_bytes: Option<u64>,
}

/// Runs the command three times; keeps the fastest times and the highest memory.
pub(super) fn best_of_3(command: impl Fn() -> Command) -> Result<Run, Failure> {
    let first = once(&mut command())?;
    (1..3).try_fold(first, |best, _| Ok(best.better_of(once(&mut command())?)))
}

impl Run {
    pub(super) fn better_of(self, other: Self) -> Self {
        Self {
            wall: self.wall.min(other.wall),
            cpu: self.cpu.zip(other.cpu).map(|(own, theirs)| own.min(theirs)),
            peak_bytes: self.peak_bytes.max(other.peak_bytes),
        }
    }
}

/// Runs the command once.
pub(super) fn once(command: &mut Command) -> Result<Run, Failure> {
    let cpu_before = children_cpu();
    let start = Instant::now();
    let mut child = command
        .stdout(Stdio::null())
        .spawn()
        .map_err(|error| Failure::new(format!("cannot start {command:?}: {error}")))?;
    let (status, peak_bytes) = wait(&mut child)?;
    let wall = start.elapsed();
    if !status.success() {
        return Err(Failure::new(format!("{command:?} ended with {status}")));
    }
    let cpu = children_cpu().zip(cpu_before).map(|(after, before)| after.saturating_sub(before));
    Ok(Run { wall, cpu, peak_bytes })
}

/// Waits while looking at the memory; a thread waits, so that the wall time has no step of 20 ms.
fn wait(child: &mut Child) -> Result<(std::process::ExitStatus, Option<u64>), Failure> {
    let pid = child.id();
    let (done, is_done) = std::sync::mpsc::channel::<()>();
    std::thread::scope(|scope| {
        let watcher = scope.spawn(move || {
            let mut peak_bytes = peak_of(pid);
            while is_done
                .recv_timeout(POLL)
                .is_err_and(|end| end == std::sync::mpsc::RecvTimeoutError::Timeout)
            {
                peak_bytes = peak_bytes.max(peak_of(pid));
            }
            peak_bytes
        });
        let status = child.wait();
        drop(done);
        let peak_bytes = watcher.join().unwrap_or_default();
        status
            .map(|status| (status, peak_bytes))
            .map_err(|error| Failure::new(format!("lost process {pid}: {error}")))
    })
}

fn peak_of(pid: u32) -> Option<u64> {
    parse_peak(&std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?)
}

/// Returns the `VmHWM` of a `/proc/<pid>/status`.
fn parse_peak(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// Returns the time of all children that were waited for.
fn children_cpu() -> Option<Duration> {
    parse_children_cpu(&std::fs::read_to_string("/proc/self/stat").ok()?)
}

/// Returns fields 16 and 17 (`cutime`, `cstime`) of a `/proc/<pid>/stat`; the name in field 2 may hold anything.
fn parse_children_cpu(stat: &str) -> Option<Duration> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(13);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(Duration::from_millis((user + system) * (1000 / TICKS_PER_SECOND)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proc_files_are_read() {
        assert_eq!(parse_peak("Name:\tsynth\nVmHWM:\t    1024 kB\nVmRSS:\t 1 kB\n"), Some(1_048_576));
        assert_eq!(parse_peak("Name:\tsynth\n"), None);
        let stat = "7 (a) b) S 1 2 3 4 5 6 7 8 9 10 11 12 150 25 20 0 1 0";
        assert_eq!(parse_children_cpu(stat), Some(Duration::from_millis(1750)));
    }

    #[test]
    fn better_keeps_time_and_memory_apart() {
        let run = |wall_ms, peak_bytes| Run { wall: Duration::from_millis(wall_ms), cpu: None, peak_bytes };
        let best = run(30, Some(5)).better_of(run(20, Some(4)));
        assert_eq!((best.wall, best.peak_bytes), (Duration::from_millis(20), Some(5)));
    }
}
