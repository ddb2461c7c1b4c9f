//! Who may run this server: roles, API tokens, sign-in, approvals.
