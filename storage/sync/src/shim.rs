//! The primitives below everything here: std's, or loom's in a model. The code above them is the same.
//!
//! A panic inside a critical section leaves no half-done change in this crate, so a poisoned lock is taken as it is.

#[cfg(not(corridor_loom))]
pub(crate) use std::sync::{
    Arc, Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard,
    atomic::{AtomicU64, Ordering},
};

#[cfg(corridor_loom)]
pub(crate) use loom::sync::{
    Arc, Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard,
    atomic::{AtomicU64, Ordering},
};

use std::sync::PoisonError;

#[cfg(not(corridor_loom))]
pub(crate) type HashMap<K, V> = std::collections::HashMap<K, V>;

/// A schedule is run again and again up to where it forks: nothing in it may be drawn by lot.
#[cfg(corridor_loom)]
pub(crate) type HashMap<K, V> =
    std::collections::HashMap<K, V, std::hash::BuildHasherDefault<std::hash::DefaultHasher>>;

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn wait<'a, T>(condition: &Condvar, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
    condition.wait(guard).unwrap_or_else(PoisonError::into_inner)
}

/// Waits for that long, or until the condition is no longer true.
#[cfg(not(corridor_loom))]
pub(crate) fn wait_while_for<'a, T>(
    condition: &Condvar,
    guard: MutexGuard<'a, T>,
    length: std::time::Duration,
    mut waits: impl FnMut(&T) -> bool,
) -> MutexGuard<'a, T> {
    let waited = condition.wait_timeout_while(guard, length, |inner| waits(inner));
    waited.unwrap_or_else(PoisonError::into_inner).0
}

/// There is no time in a model: it is always over.
#[cfg(corridor_loom)]
pub(crate) fn wait_while_for<'a, T>(
    _: &Condvar,
    guard: MutexGuard<'a, T>,
    _: std::time::Duration,
    _: impl FnMut(&T) -> bool,
) -> MutexGuard<'a, T> {
    guard
}

pub(crate) fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
