// Command kubernetes does with a manifest what a cluster would, by Kubernetes' own code.
//
//	kubernetes validate FILE          decodes strictly and validates, as the API server; prints "KIND NAME" for each object
//	kubernetes probe FILE PORT=PORT…  runs every probe once, as the kubelet, with ports of containers on this machine
package main

import (
	"fmt"
	"os"
)

func main() {
	command, file := os.Args[1], os.Args[2]
	objects, err := read(file)
	if err == nil && command == "validate" {
		err = validate(objects)
	}
	if err == nil && command == "probe" {
		err = probeAll(objects, os.Args[3:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
