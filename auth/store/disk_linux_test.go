package store_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/connector-spec/connector/auth/store"
)

// inNamespace runs the test binary where it may mount disks of its own.
func inNamespace(t *testing.T, job string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+job+"="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	var ended *exec.ExitError
	switch {
	case err != nil && !errors.As(err, &ended), strings.Contains(string(out), "mount: "):
		t.Skipf("this system lets nobody mount disks: %v %s", err, out)
	case err != nil:
		t.Errorf("%v: %s", err, out)
	}
}

// TestFullDisk wants a full disk to be told, to lose nothing, and to be over when
// there is room again.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	inNamespace(t, "full")
}

// TestReadOnlyDisk wants what can be read to be read, and the rest to be told.
func TestReadOnlyDisk(t *testing.T) {
	t.Parallel()
	inNamespace(t, "readonly")
}

// onDisk makes a store on a small disk of its own.
func onDisk(dir string) (*store.Store, *store.Connection, error) {
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=128k"); err != nil {
		return nil, nil, fmt.Errorf("mount: %w", err)
	}
	o, keyFile := inDir(dir)
	s, _, err := store.Create(o, store.File, keyFile)
	if err != nil {
		return nil, nil, err
	}
	c := example("work")
	return s, c, s.Add(context.Background(), c)
}

func onFullDisk(dir string) error {
	ctx := context.Background()
	s, c, err := onDisk(dir)
	if err != nil {
		return err
	}
	filler, err := os.Create(filepath.Join(dir, "filler"))
	if err != nil {
		return err
	}
	for err == nil {
		_, err = io.WriteString(filler, strings.Repeat("x", 512))
	}
	l, err := s.Lock(ctx, c.ID)
	if err != nil {
		return err
	}
	defer l.Release()
	c.Label = "changed"
	for what, err := range map[string]error{"save": l.Save(ctx, c), "check": s.Check(ctx), "add": s.Add(ctx, example("new"))} {
		var unwritten *store.WriteError
		if !errors.As(err, &unwritten) || !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "make room") || !strings.Contains(err.Error(), dir) {
			return fmt.Errorf("%s on a full disk: %w", what, err)
		}
	}
	kept, err := s.Connection(ctx, "work")
	if err != nil || kept.Label != "ada@example.com" {
		return fmt.Errorf("what was kept is lost: %w", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*", "*", "*.connector-new")); len(left) > 0 {
		return fmt.Errorf("left is %v", left)
	}
	if err := errors.Join(filler.Close(), os.Remove(filler.Name()), l.Save(ctx, c), s.Check(ctx)); err != nil {
		return fmt.Errorf("with room again: %w", err)
	}
	return nil
}

func onReadOnlyDisk(dir string) error {
	ctx := context.Background()
	s, c, err := onDisk(dir)
	if err != nil {
		return err
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		return fmt.Errorf("mount: %w", err)
	}
	_, lockErr := s.Lock(ctx, c.ID)
	_, _, createErr := store.Create(store.Options{Dir: filepath.Join(dir, "another")}, store.None, "")
	for what, err := range map[string]error{"lock": lockErr, "check": s.Check(ctx), "add": s.Add(ctx, example("new")), "create": createErr} {
		var unwritten *store.WriteError
		if !errors.As(err, &unwritten) || !strings.Contains(err.Error(), "mount its disk for writing") || !strings.Contains(err.Error(), dir) {
			return fmt.Errorf("%s on a disk for reading only: %w", what, err)
		}
	}
	_, err = s.Connection(ctx, "work")
	return err
}
