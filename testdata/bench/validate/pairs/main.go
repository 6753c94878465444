// Pairs measures two commands in turn, so that what else the machine does
// weighs on both alike:
//
//	go run ./testdata/bench/validate/pairs [-rounds N] -name TEXT -- COMMAND... -- COMMAND...
//
// It prints one line: for each command the median of its CPU time (user and
// system), of its wall time, and its greatest memory; then the medians of the
// ratios within the rounds. Without a second command it prints the first only.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// A sample is one run of a command.
type sample struct {
	cpu, wall time.Duration
	peak      int64 // bytes
}

func main() {
	rounds := flag.Int("rounds", 5, "how often each command runs")
	name := flag.String("name", "", "what is measured")
	flag.Parse()
	commands := split(flag.Args())
	if len(commands) == 0 || len(commands) > 2 {
		fmt.Fprintln(os.Stderr, "pairs: want one or two commands, each behind --")
		os.Exit(2)
	}
	samples := make([][]sample, len(commands))
	for range *rounds {
		for i, c := range commands {
			s, err := measure(c)
			if err != nil {
				fmt.Fprintf(os.Stderr, "pairs: %s: %v\n", c[0], err)
				os.Exit(1)
			}
			samples[i] = append(samples[i], s)
		}
	}
	report(*name, samples)
}

// split cuts the arguments at each "--".
func split(args []string) [][]string {
	var commands [][]string
	for len(args) > 0 {
		i := slices.Index(args, "--")
		if i < 0 {
			i = len(args)
		}
		if i > 0 {
			commands = append(commands, args[:i])
		}
		args = args[min(i+1, len(args)):]
	}
	return commands
}

// measure runs a command; that it finds mistakes is no failure.
func measure(command []string) (sample, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		return sample{}, err
	}
	s := sample{cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), wall: wall}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.peak = int64(u.Maxrss)
		if runtime.GOOS != "darwin" {
			s.peak *= 1024
		}
	}
	return s, nil
}

func report(name string, samples [][]sample) {
	fmt.Printf("%-34s", name)
	for _, list := range samples {
		fmt.Printf("  %8.1f ms CPU %8.1f ms wall %6.1f MiB", ms(median(list, cpu)), ms(median(list, wall)), peak(list))
	}
	if len(samples) == 2 {
		fmt.Printf("  ratio %.2f CPU %.2f wall", ratio(samples, cpu), ratio(samples, wall))
	}
	fmt.Println()
}

func cpu(s sample) time.Duration  { return s.cpu }
func wall(s sample) time.Duration { return s.wall }

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func median(list []sample, of func(sample) time.Duration) time.Duration {
	values := make([]time.Duration, len(list))
	for i, s := range list {
		values[i] = of(s)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

func peak(list []sample) float64 {
	var most int64
	for _, s := range list {
		most = max(most, s.peak)
	}
	return float64(most) / (1 << 20)
}

// ratio returns the median over the rounds of the first command to the second.
func ratio(samples [][]sample, of func(sample) time.Duration) float64 {
	ratios := make([]float64, len(samples[0]))
	for i := range ratios {
		ratios[i] = float64(of(samples[0][i])) / float64(of(samples[1][i]))
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2]
}
