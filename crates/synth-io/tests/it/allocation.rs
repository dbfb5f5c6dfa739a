//! In steady state the scanner and the writer allocate nothing per record.
#![expect(unsafe_code, reason = "an allocator that counts cannot be written without")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use synth_io::{JsonWriter, Scanner};

thread_local! {
    static N_ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

impl Counting {
    fn count() {
        // A thread that ends may have no counter any more, and counts no more.
        _ = N_ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
    }
}

// SAFETY: every call is passed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::count();
        // SAFETY: the caller keeps the promises of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the promises of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Self::count();
        // SAFETY: the caller keeps the promises of `realloc`.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn n_allocations(run: impl FnOnce()) -> u64 {
    let before = N_ALLOCATIONS.get();
    run();
    N_ALLOCATIONS.get() - before
}

#[test]
fn scanning_and_writing_allocate_nothing_in_steady_state() {
    let wide: Vec<String> = (0..100).map(|index| format!(r#""k\u00e9y{index}":[{index},"a\nb"]"#)).collect();
    let records = [
        format!("{{{}}}", wide.join(",")),
        r#"{"id":7,"name":"plain","tags":["a","b"],"nested":{"deep":[[[null]]]},"x":-1.5e10}"#.to_owned(),
        r#"{"again":1,"again":2}"#.to_owned(),
    ];
    let (mut scanner, mut writer) = (Scanner::new(512), JsonWriter::default());
    let mut pass = || {
        for record in &records {
            writer.clear();
            let Ok(()) = scanner.scan(record.as_bytes()).unwrap().replay(&mut writer, 0);
        }
    };
    assert!(n_allocations(&mut pass) > 0, "the counter counts");
    assert_eq!(n_allocations(&mut pass), 0);
}
