package main

import (
	"fmt"
	"sync"
	"time"
)

type job struct {
	ID   int
	Name string
}

func worker(in <-chan job, wg *sync.WaitGroup) {
	defer wg.Done()
	for {
		select {
		case j, ok := <-in:
			if !ok {
				return
			}
			fmt.Printf("done: %d %s\n", j.ID, j.Name)
		case <-time.After(2 * time.Second):
			fmt.Println("idle: waiting")
		}
	}
}

func main() {
	var wg sync.WaitGroup
	in := make(chan job)
	wg.Add(1)
	go worker(in, &wg)
	in <- job{ID: 1, Name: "wash"}
	in <- job{ID: 2, Name: "dry"}
	close(in)
	wg.Wait()
}
