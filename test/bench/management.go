package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const writers = 32

// measureManagement lists and writes APIs while many are stored, on SQLite with full durability.
func measureManagement(b *bench) {
	data := b.folder()
	b.serve(data).stop() // first run: provisions the service
	b.seedAPIs(data)
	s := b.serve(data, "--only", "management")
	defer s.stop()
	list := s.management + "/apis?$top=100&$filter=contains(displayName,'77')%20or%20contains(path,'77')"
	s.wait("the list", func() bool { return s.list(list) == nil })
	s.quiet()
	script := fmt.Sprintf(`n = 0
request = function()
  n = n + 1
  local text = tostring(n %% 997)
  return wrk.format("GET", "/apis?$top=100&$filter=contains(displayName,'" .. text .. "')%%20or%%20contains(path,'" .. text .. "')", {["Authorization"] = %q})
end`, s.token)
	var same, others []float64
	for range rounds {
		same = append(same, b.wrk(writers, list, "Authorization: "+s.token).p99)
		others = append(others, b.wrkScript(writers, s.management, script).p99)
	}
	b.add(figure{Name: fmt.Sprintf("list of %d APIs with contains, %d clients, p99", manyAPIs, writers), Value: median(same), Unit: "ms", Budget: 50, AtMost: true,
		Note: fmt.Sprintf("each request another filter: %.0f ms", median(others))})
	var rates []float64
	for round := range rounds {
		rates = append(rates, s.writeAPIs(round))
	}
	b.add(figure{Name: fmt.Sprintf("PUT of an API, %d writers, %d APIs stored", writers, manyAPIs), Value: median(rates), Unit: "/s", Budget: 500})
}

// quiet waits until the process has nothing left to do: the search index has
// caught up with what was stored.
func (s *server) quiet() {
	used := func() float64 {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
		if err != nil {
			s.b.Fatalf("%v", err)
		}
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		user, _ := strconv.ParseFloat(fields[11], 64)
		system, _ := strconv.ParseFloat(fields[12], 64)
		return user + system // in hundredths of a second
	}
	for before := used(); ; {
		time.Sleep(time.Second)
		now := used()
		if now-before < 5 {
			return
		}
		before = now
	}
}

func (s *server) list(address string) error {
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", s.token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", answer.StatusCode)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

// writeAPIs puts new APIs from all writers for a while and returns how many a second.
func (s *server) writeAPIs(round int) float64 {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: writers}}
	var done atomic.Int64
	var failed atomic.Pointer[string]
	begin := time.Now()
	until := begin.Add(seconds * time.Second)
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := 0; time.Now().Before(until); i++ {
				name := fmt.Sprintf("new-%d-%d-%d", round, w, i)
				if problem := s.writeAPI(client, name); problem != "" {
					failed.Store(&problem)
					return
				}
				done.Add(1)
			}
		})
	}
	group.Wait()
	if p := failed.Load(); p != nil {
		s.b.Fatalf("PUT: %s", *p)
	}
	return float64(done.Load()) / time.Since(begin).Seconds()
}

func (s *server) writeAPI(client *http.Client, name string) (problem string) {
	body := fmt.Sprintf(`{"properties":{"displayName":%q,"path":%q,"serviceUrl":"https://backend.example","protocols":["https"]}}`, name, name)
	r, err := http.NewRequest(http.MethodPut, s.management+"/apis/"+name, bytes.NewReader([]byte(body)))
	if err != nil {
		return err.Error()
	}
	r.Header.Set("Authorization", s.token)
	r.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(r)
	if err != nil {
		return err.Error()
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || !slices.Contains([]int{http.StatusOK, http.StatusCreated}, answer.StatusCode) {
		return fmt.Sprintf("%s %v %s", answer.Status, err, text)
	}
	return ""
}
