//go:build unix

package cli

import (
	"os/exec"
	"syscall"
)

// ownGroup keeps a Ctrl-C on the terminal from a browser.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
