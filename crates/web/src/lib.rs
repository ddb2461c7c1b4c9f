//! Axum kit: caller, permission proof, problem answers, paging, cookies, limits.
