// Package archtest holds the architecture of the project as a table of who may
// import whom, and a test that compares it with the source.
package archtest
