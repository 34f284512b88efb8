// jenkins.groovy TEMPLATES PIPELINE: runs a pipeline as Jenkins would, with shells for its `sh` steps.
//
// PIPELINE is a declarative one, or a script that calls the shared library's withBerth. CREDENTIALS is an environment
// variable with ID=USER,PASSWORD. Standard output is the build's log; the exit code is 0 or 1. As Jenkins' own, it is
// Groovy 2.4; what is not Jenkins' here is the transformation that lets a build outlive its controller.

class Controller {
    String workspace
    Map<String, String> variables
    Map<String, List<String>> credentials

    // durable-task writes the script into a file, and runs it by its first line, else by sh -xe.
    def sh(Object argument) {
        Map options = argument instanceof Map ? argument : [script: argument]
        File file = File.createTempFile('script', '.sh', new File(workspace).parentFile)
        file.text = options.script
        file.executable = true
        List<String> words = options.script.startsWith('#!') ? [file.path] : ['sh', '-xe', file.path]
        ProcessBuilder builder = new ProcessBuilder(words).directory(new File(workspace))
        builder.environment().clear()
        builder.environment().putAll(variables)
        builder.redirectErrorStream(!options.returnStdout)
        Process process = builder.start()
        process.outputStream.close()
        Thread errors = Thread.start { System.out << process.errorStream }
        String output = process.inputStream.text
        errors.join()
        int status = process.waitFor()
        file.delete()
        if (!options.returnStdout) {
            print output
        }
        if (status != 0) {
            throw new IllegalStateException("script returned exit code ${status}")
        }
        options.returnStdout ? output : null
    }

    // EnvVars.overrideAll: PATH+X goes before PATH, an empty value removes the variable, others are taken as they are.
    def withEnv(List overrides, Closure body) {
        Map<String, String> before = variables
        variables = new LinkedHashMap<>(before)
        for (pair in overrides*.toString()) {
            String name = pair.substring(0, pair.indexOf('=')), value = pair.substring(pair.indexOf('=') + 1)
            if (name.contains('+')) {
                name = name.substring(0, name.indexOf('+'))
                value = variables[name] ? "${value}:${variables[name]}" : value
            }
            value ? variables.put(name, value.toString()) : variables.remove(name)
        }
        try {
            body()
        } finally {
            variables = before
        }
    }

    Map usernamePassword(Map binding) {
        binding
    }

    def withCredentials(List bindings, Closure body) {
        withEnv(bindings.collectMany { binding ->
            List<String> pair = credentials[binding.credentialsId]
            ["${binding.usernameVariable}=${pair[0]}", "${binding.passwordVariable}=${pair[1]}"]
        }, body)
    }
}

// What stands in a declarative pipeline.
class Declarative {
    Controller controller
    String any = 'any'
    private List<String> environment = []
    private Throwable failure

    def agent(String label) {}

    def environment(Closure block) {
        environment += EnvironmentBlock.assignments(block, controller)
    }

    def stages(Closure block) {
        controller.withEnv(environment) { this.with(block) }
    }

    def stage(String name, Closure block) {
        if (failure) {
            return
        }
        println "[Pipeline] { (${name})"
        try {
            new Stage(controller: controller).with(block)
        } catch (Exception thrown) {
            println "ERROR: ${thrown.message}"
            failure = thrown
        }
    }

    def post(Closure block) {
        controller.withEnv(environment) { this.with(block) }
    }

    def always(Closure block) {
        controller.with(block)
    }

    void finish() {
        if (failure) {
            throw failure
        }
    }
}

class Stage {
    Controller controller
    private List<String> environment = []

    def environment(Closure block) {
        environment += EnvironmentBlock.assignments(block, controller)
    }

    def steps(Closure block) {
        controller.withEnv(environment) { controller.with(block) }
    }
}

// NAME = value in an environment block; credentials('id') stands for two variables.
class EnvironmentBlock {
    private Controller controller
    private List<String> assignments = []

    static List<String> assignments(Closure block, Controller controller) {
        EnvironmentBlock found = new EnvironmentBlock()
        found.controller = controller
        found.with(block)
        found.assignments
    }

    List<String> credentials(String id) {
        controller.credentials[id]
    }

    void propertyMissing(String name, Object value) {
        assignments += value instanceof List ? ["${name}_USR=${value[0]}", "${name}_PSW=${value[1]}"] : ["${name}=${value}"]
    }
}

def (String templates, String pipeline) = args
List<String> credential = System.getenv('CREDENTIALS').split('=', 2)
Controller controller = new Controller(
    workspace: System.getenv('WORKSPACE'), variables: new LinkedHashMap<>(System.getenv()),
    credentials: [(credential[0]): credential[1].split(',', 2).toList()])
controller.variables.remove('CREDENTIALS')

Binding binding = new Binding()
['sh', 'withEnv', 'withCredentials', 'usernamePassword'].each { step ->
    binding.setVariable(step) { Object[] arguments -> controller.invokeMethod(step, arguments) }
}
// Variables of the build, as scripts read them: env.NAME.
binding.setVariable('env', new Expando() {
    def getProperty(String name) { controller.variables[name] }
})
Declarative declarative = new Declarative(controller: controller)
binding.setVariable('pipeline') { Closure block -> declarative.with(block) }
Script step = new GroovyShell(binding).parse(new File("${templates}/vars/withBerth.groovy"))
binding.setVariable('withBerth') { Map options = [:], Closure body -> step.call(options, body) }
binding.setVariable('Library') {}

try {
    new GroovyShell(binding).evaluate(new File(pipeline))
    declarative.finish()
} catch (IllegalStateException thrown) {
    println "ERROR: ${thrown.message}"
    System.exit(1)
}
System.exit(0)
