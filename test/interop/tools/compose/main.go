// Command compose loads a Compose file as Docker Compose does, schema and all, and prints its services.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	options, err := cli.NewProjectOptions(os.Args[1:2], cli.WithName("rollcall"))
	if err == nil {
		err = printServices(options)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func printServices(options *cli.ProjectOptions) error {
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return err
	}
	for _, name := range project.ServiceNames() {
		fmt.Println(name, project.Services[name].Build.Dockerfile, project.Services[name].HealthCheck.Test)
	}
	return nil
}
