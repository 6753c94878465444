package cli

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
)

// inOrder calls work for all items on all cores, and finish with the results
// in the order of the items. It stops at the first error of finish.
func inOrder[T, R any](ctx context.Context, items []T, work func(T) R, finish func(T, R) error) error {
	const chunk = 16 // items at once, so that handing them over costs little
	return inOrderBy(ctx, 0, chunk, items, work, finish)
}

// inOrderBy is inOrder with that many workers, 0 being one for each core, that
// take chunks of items.
func inOrderBy[T, R any](ctx context.Context, workers, chunk int, items []T, work func(T) R, finish func(T, R) error) error {
	type batch struct {
		from    int
		results []R
		bug     string // a panic, with its stack
	}
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	workers = min(workers, (len(items)+chunk-1)/chunk)
	next := make(chan int)
	done := make(chan batch, workers)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			for from := range next {
				b := batch{from: from}
				func() {
					defer func() {
						if r := recover(); r != nil {
							b.bug = fmt.Sprintf("%v\n%s", r, debug.Stack())
						}
					}()
					for _, item := range items[from:min(from+chunk, len(items))] {
						b.results = append(b.results, work(item))
					}
				}()
				select {
				case done <- b:
				case <-ctx.Done():
					return
				}
			}
		})
	}
	go func() {
		defer close(done)
		defer running.Wait()
		defer close(next)
		for from := 0; from < len(items); from += chunk {
			select {
			case next <- from:
			case <-ctx.Done():
				return
			}
		}
	}()
	waiting := make(map[int]batch)
	want := 0
	for {
		var b batch
		var more bool
		select {
		case b, more = <-done:
		case <-ctx.Done(): // what is still running is left behind
			return context.Cause(ctx)
		}
		if !more {
			return context.Cause(ctx)
		}
		if b.bug != "" {
			panic(b.bug) // where Main recovers it
		}
		waiting[b.from] = b
		for {
			b, ok := waiting[want]
			if !ok {
				break
			}
			delete(waiting, want)
			for i, r := range b.results {
				if err := finish(items[b.from+i], r); err != nil {
					return err
				}
			}
			want += chunk
		}
	}
}
